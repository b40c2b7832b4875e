"""What an import does: the rows of a file against what is stored. Pure, so a dry run is the same plan, not applied."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from catalog.domain import LONGEST_SKU, MOST_PICTURES, MOST_VARIANTS, slug_of
from catalog.transfer.shopify import BadRow, FurtherPicture, Picture, Row, Unit


class Result(StrEnum):
    created = "created"
    updated = "updated"
    unchanged = "unchanged"
    image = "image"
    failed = "failed"


@dataclass(frozen=True, slots=True)
class RowReport:
    line: int
    handle: str
    sku: str
    result: Result
    detail: str = ""


class State(StrEnum):
    stored = "stored"
    changed = "changed"
    new = "new"


@dataclass(slots=True, kw_only=True)
class Draft:
    """A stored row, or one to be, that takes over what a file says."""

    id: UUID = field(default_factory=uuid4)
    state: State = State.new

    def take(self, **values: Any) -> bool:
        """Whether any of the values is another than before."""
        other = {name: value for name, value in values.items() if getattr(self, name) != value}
        for name, value in other.items():
            setattr(self, name, value)
        if other and self.state is State.stored:
            self.state = State.changed
        return bool(other)


@dataclass(slots=True, kw_only=True)
class UnitDraft(Draft):
    """`stock_before` is what the ledger knows."""

    sku: str
    options: dict[str, str]
    position: int
    name: str = ""
    price: Decimal = Decimal(0)
    compare_at_price: Decimal | None = None
    stock: int = 0
    is_active: bool = True
    stock_before: int = 0


@dataclass(slots=True, kw_only=True)
class PictureDraft(Draft):
    url: str
    position: int
    alt: str = ""


@dataclass(slots=True, kw_only=True)
class ListingDraft(Draft):
    """`categories` are slugs in their order; `pictures` are by their address."""

    handle: str
    description: str = ""
    vendor: str = ""
    categories: list[str] = field(default_factory=list)
    units: list[UnitDraft] = field(default_factory=list)
    pictures: dict[str, PictureDraft] = field(default_factory=dict)

    def touch(self) -> bool:
        """Count as changed, for the sake of what hangs on it."""
        if self.state is State.stored:
            self.state = State.changed
        return True

    def unit_with(self, options: dict[str, str]) -> UnitDraft | None:
        return next((unit for unit in self.units if unit.options == options), None)

    def unit_called(self, sku: str) -> UnitDraft | None:
        return next((unit for unit in self.units if unit.sku == sku), None)


@dataclass(slots=True)
class Plan:
    """Starts as what is stored, and becomes what is to be stored; see `carry_out`.

    `listings` are by handle, `handles` by SKU, `category_names` (of all that the file mentions) by slug. `units`
    are those that the file mentions, in its order, each with its listing.
    """

    listings: dict[str, ListingDraft]
    handles: dict[str, str]
    category_names: dict[str, str] = field(default_factory=dict)
    units: list[tuple[ListingDraft, UnitDraft]] = field(default_factory=list)
    report: list[RowReport] = field(default_factory=list)


class _Refused(Exception):
    """Says in one sentence why a row cannot be imported."""


def made_skus(handle: str, options: dict[str, str]) -> tuple[str, str]:
    """SKUs for a unit that has none: a readable one, and a distinct one for where that is taken."""
    parts = (slug_of(part, otherwise="") for part in (handle, *options.values()))
    readable = "-".join(filter(None, parts)).upper()
    digest = hashlib.blake2b(json.dumps([handle, sorted(options.items())]).encode(), digest_size=4).hexdigest().upper()
    distinct = f"{readable[: LONGEST_SKU - len(digest) - 1]}-{digest}"
    return (readable if len(readable) <= LONGEST_SKU else distinct), distinct


class Planner:
    """Goes through the rows once, in their order."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._given_skus: set[str] = set()
        self._lines: dict[str, int] = {}
        self._failed_first: dict[str, int] = {}
        self._hung: set[tuple[str, str]] = set()

    def take(self, rows: Sequence[Row]) -> Plan:
        """The plan after all rows, each of them reported."""
        self._given_skus = {row.sku for row in rows if isinstance(row, Unit)}
        for row in rows:
            try:
                self.plan.report.append(self._take(row))
            except _Refused as error:
                sku = row.sku if isinstance(row, Unit) else ""
                self.plan.report.append(RowReport(row.line, row.handle, sku, Result.failed, str(error)))
                if isinstance(row, Unit) and row.leads:
                    self._failed_first[row.handle] = row.line
        return self.plan

    def _take(self, row: Row) -> RowReport:
        if isinstance(row, BadRow):
            return RowReport(row.line, row.handle, row.sku, Result.failed, row.detail)
        if line := self._failed_first.get(row.handle):
            raise _Refused(f"The first row of this handle, line {line}, cannot be used.")
        if isinstance(row, FurtherPicture):
            self._check_picture(self.plan.listings[row.handle], row.picture)
            is_new = self._hang(self.plan.listings[row.handle], row.picture)
            return RowReport(row.line, row.handle, "", Result.image if is_new else Result.unchanged)
        return self._take_unit(row)

    def _take_unit(self, row: Unit) -> RowReport:
        listing = self.plan.listings.get(row.handle) or ListingDraft(handle=row.handle)
        known = listing.unit_called(row.sku) if row.sku else listing.unit_with(row.options)
        sku = known.sku if known else row.sku or self._make_sku(row)
        self._check(row, listing, known, sku)
        self._lines[sku], self.plan.handles[sku], self.plan.listings[row.handle] = row.line, row.handle, listing
        changes = [self._share(listing, row), row.picture is not None and self._hang(listing, row.picture)]
        if known is None:
            known = UnitDraft(sku=sku, options=row.options, position=_after(listing.units))
            listing.units.append(known)
        changes.append(known.take(options=row.options, **row.values))
        self.plan.units.append((listing, known))
        result = Result.updated if any(changes) else Result.unchanged
        return RowReport(row.line, row.handle, sku, Result.created if known.state is State.new else result)

    def _check(self, row: Unit, listing: ListingDraft, known: UnitDraft | None, sku: str) -> None:
        if line := self._lines.get(sku):
            raise _Refused(f"Line {line} already has the SKU {sku}.")
        if (owner := self.plan.handles.get(sku, row.handle)) != row.handle:
            raise _Refused(f"The SKU {sku} belongs to {owner}.")
        if (holder := listing.unit_with(row.options)) and holder is not known:
            raise _Refused(f"{holder.sku} of this handle already has these options.")
        if known is None and "price" not in row.values:
            raise _Refused("Variant Price is missing.")
        if known is None and len(listing.units) >= MOST_VARIANTS:
            raise _Refused(f"A handle may have at most {MOST_VARIANTS} variants.")
        if row.picture:
            self._check_picture(listing, row.picture)

    def _check_picture(self, listing: ListingDraft, picture: Picture) -> None:
        if picture.url not in listing.pictures and len(listing.pictures) >= MOST_PICTURES:
            raise _Refused(f"A handle may have at most {MOST_PICTURES} pictures.")

    def _make_sku(self, row: Unit) -> str:
        readable, distinct = made_skus(row.handle, row.options)
        is_taken = readable in self.plan.handles or readable in self._given_skus
        return distinct if is_taken else readable

    def _share(self, listing: ListingDraft, row: Unit) -> bool:
        """Let the handle take over what its first row says for all."""
        if row.categories is None:
            return listing.take(**row.shared)
        for slug, name in row.categories.items():
            self.plan.category_names.setdefault(slug, name)
        return listing.take(**row.shared, categories=list(row.categories))

    def _hang(self, listing: ListingDraft, picture: Picture) -> bool:
        """Whether the picture is new to the handle or changes; of several rows with one picture the first counts."""
        if (listing.handle, picture.url) in self._hung:
            return False
        self._hung.add((listing.handle, picture.url))
        said = {"alt": picture.alt, "position": picture.position}
        values = {name: value for name, value in said.items() if value is not None}
        known = listing.pictures.get(picture.url)
        if known is None:
            position = _after(list(listing.pictures.values()))
            known = listing.pictures[picture.url] = PictureDraft(url=picture.url, position=position)
            known.take(**values)
            return listing.touch()
        return known.take(**values) and listing.touch()


def _after(drafts: Sequence[UnitDraft] | Sequence[PictureDraft]) -> int:
    return max((draft.position for draft in drafts), default=0) + 1
