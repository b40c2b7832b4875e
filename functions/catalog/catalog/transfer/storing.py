"""Storing what an import planned, with statements that take many rows at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from catalog import low_stock
from catalog.models import Base, Category, Image, Listing, ListingCategory, Product, StockMovement
from catalog.transfer.planning import Draft, ListingDraft, PictureDraft, Plan, State, UnitDraft
from shopkit import context

REASON = "import"

Values = dict[str, Any]


async def carry_out(uow: AsyncSession, plan: Plan, *, by: str) -> None:
    """Store what is new or changed. Raises IntegrityError where somebody else was quicker."""
    touched = [listing for listing in plan.listings.values() if listing.state is not State.stored]
    started = (await uow.execute(select(func.now()))).scalar_one()
    await _store(uow, Listing, [(listing, _of_listing(listing)) for listing in touched], started)
    await _store_categories(uow, touched, plan.category_names)
    await _store(uow, Product, [(unit, _of_unit(listing, unit)) for listing, unit in plan.units], started)
    pictures = [(listing, picture) for listing in touched for picture in listing.pictures.values()]
    await _store(uow, Image, [(picture, _of_picture(listing, picture)) for listing, picture in pictures], started)
    await _write_ledger(uow, [unit for _, unit in plan.units], by)


async def _store(
    uow: AsyncSession, model: type[Base], drafts: Sequence[tuple[Draft, Values]], started: datetime
) -> None:
    """Changes first: they may leave options free that new rows take.

    New rows are each a microsecond younger than the one before, so that the file's order is that of their age.
    """
    changed = [{"id": draft.id, **values} for draft, values in drafts if draft.state is State.changed]
    new = [{"id": draft.id, **values} for draft, values in drafts if draft.state is State.new]
    for age, values in enumerate(new):
        values["created_at"] = started + timedelta(microseconds=age)
    if changed:
        await uow.execute(update(model), changed)
    if new:
        await uow.execute(insert(model), new)


async def _store_categories(uow: AsyncSession, listings: Sequence[ListingDraft], names: Mapping[str, str]) -> None:
    """Give each listing its categories, in their order; make those that are new."""
    ids = await _category_ids(uow)
    if new := [{"slug": slug, "name": name} for slug, name in names.items() if slug not in ids]:
        await uow.execute(upsert(Category).on_conflict_do_nothing(index_elements=[Category.slug]), new)
        ids = await _category_ids(uow)
    rows = [
        {"listing_id": listing.id, "category_id": ids[slug], "position": position}
        for listing in listings
        for position, slug in enumerate(listing.categories, start=1)
    ]
    changed = [listing.id for listing in listings if listing.state is State.changed]
    await uow.execute(delete(ListingCategory).where(ListingCategory.listing_id.in_(changed)))
    if rows:
        await uow.execute(insert(ListingCategory), rows)


async def _category_ids(uow: AsyncSession) -> dict[str, UUID]:
    return dict((await uow.execute(select(Category.slug, Category.id))).all())


async def _write_ledger(uow: AsyncSession, units: Sequence[UnitDraft], by: str) -> None:
    movements: list[Values] = [
        {
            "product_id": unit.id,
            "delta": unit.stock - unit.stock_before,
            "reason": REASON,
            "stock_after": unit.stock,
            "by": by,
            "correlation_id": context.correlation_id(),
        }
        for unit in units
        if unit.stock != unit.stock_before
    ]
    if movements:
        await uow.execute(insert(StockMovement), movements)
        await low_stock.tell(uow, {movement["product_id"]: movement["delta"] for movement in movements})


def _of_listing(listing: ListingDraft) -> Values:
    return {"handle": listing.handle, "description": listing.description, "vendor": listing.vendor}


def _of_unit(listing: ListingDraft, unit: UnitDraft) -> Values:
    return {
        "listing_id": listing.id,
        "sku": unit.sku,
        "name": unit.name,
        "options": unit.options,
        "price": unit.price,
        "compare_at_price": unit.compare_at_price,
        "stock": unit.stock,
        "is_active": unit.is_active,
        "position": unit.position,
    }


def _of_picture(listing: ListingDraft, picture: PictureDraft) -> Values:
    """The address of a picture that is stored already never changes."""
    place = {"url": picture.url} if picture.state is State.new else {}
    return {"listing_id": listing.id, "alt": picture.alt, "position": picture.position, **place}
