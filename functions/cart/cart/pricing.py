"""What a cart costs today, and what its owner should know; no I/O, no framework."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from cart.domain import Cart, Line, Seen
from shopkit import money


@dataclass(frozen=True, slots=True)
class Offer:
    """A product as catalog has it now."""

    seen: Seen
    handle: str
    options: Mapping[str, str]
    image: str | None
    stock: int
    is_active: bool


Offers = Mapping[UUID, Offer | None]
"""None: catalog has no such product."""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """`left` is what is in stock where that is not enough; `available` is false where nothing of it can be bought."""

    product_id: UUID
    sku: str
    name: str
    handle: str | None
    options: Mapping[str, str]
    image: str | None
    qty: int
    unit_price: Decimal
    line_total: Decimal
    price_seen: Decimal
    left: int | None
    available: bool
    notice: str | None


@dataclass(frozen=True, slots=True)
class PricedCart:
    """`total` is of the lines that are available. Without `checked`, names and prices are as they were seen."""

    items: tuple[PricedLine, ...]
    total: Decimal
    currency: str
    version: int
    count: int
    checked: bool


def priced(cart: Cart, offers: Offers | None, currency: str) -> PricedCart:
    """The cart at what catalog offers, which knows all of its products; None: catalog did not answer."""
    if offers is None:
        lines = tuple(_unchecked(line) for line in cart.lines)
    else:
        lines = tuple(_checked(line, offers[line.product_id]) for line in cart.lines)
    return PricedCart(lines, _total(lines), currency, cart.version, cart.count, checked=offers is not None)


def _total(lines: Iterable[PricedLine]) -> Decimal:
    return sum((line.line_total for line in lines if line.available), start=Decimal("0.00"))


def _checked(line: Line, offer: Offer | None) -> PricedLine:
    if offer is None or not offer.is_active:
        return _of(line, line.seen, offer, available=False, notice="No longer available.")
    if offer.stock == 0:
        return _of(line, offer.seen, offer, left=0, available=False, notice="Sold out.")
    left = offer.stock if offer.stock < line.qty else None
    notices = [*_short(left), *_changed(line.seen, offer.seen)]
    return _of(line, offer.seen, offer, left=left, notice=" ".join(notices) or None)


def _unchecked(line: Line) -> PricedLine:
    return _of(line, line.seen, None, notice="Price and stock cannot be checked just now.")


def _short(left: int | None) -> list[str]:
    return [] if left is None else [f"Only {left} left."]


def _changed(before: Seen, now: Seen) -> list[str]:
    if (before.price, before.currency) == (now.price, now.currency):
        return []
    return [f"The price was {_text(before)} when you added this; now it is {_text(now)}."]


def _text(seen: Seen) -> str:
    return f"{money.text(seen.price)} {seen.currency}"


def _of(
    line: Line,
    facts: Seen,
    offer: Offer | None,
    *,
    left: int | None = None,
    available: bool = True,
    notice: str | None,
) -> PricedLine:
    return PricedLine(
        product_id=line.product_id,
        sku=facts.sku,
        name=facts.name,
        handle=offer.handle if offer else None,
        options=offer.options if offer else {},
        image=offer.image if offer else None,
        qty=line.qty,
        unit_price=facts.price,
        line_total=money.rounded(facts.price * line.qty),
        price_seen=line.seen.price,
        left=left,
        available=available,
        notice=notice,
    )
