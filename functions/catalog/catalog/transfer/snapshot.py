"""What is stored of the handles and SKUs that a file names, in four queries."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from catalog import settings
from catalog.models import Category, Image, Listing, ListingCategory, Product
from catalog.transfer.planning import ListingDraft, PictureDraft, Plan, State, UnitDraft, made_skus
from catalog.transfer.shopify import Row, Unit


async def what_is_stored(uow: AsyncSession, rows: Sequence[Row], *, lock: bool) -> Plan:
    """A plan that changes nothing yet; `lock` keeps stock and the like as they are until the unit of work ends."""
    units = [row for row in rows if isinstance(row, Unit)]
    handles = list({unit.handle for unit in units})
    skus = list({sku for unit in units for sku in ([unit.sku] if unit.sku else made_skus(unit.handle, unit.options))})
    query = _products(handles, skus)
    products = (await uow.execute(query.with_for_update(of=Product) if lock else query)).all()
    plan = Plan(await _listings(uow, handles), {product.sku: handle for product, handle in products})
    for product, handle in products:
        if handle in plan.listings:
            plan.listings[handle].units.append(_unit(product))
    return plan


def _products(handles: Sequence[str], skus: Sequence[str]) -> Select[Product, str]:
    """In the order of their ids, so that whoever locks several of them cannot wait in a circle."""
    named = (Listing.handle == _one_of(handles, Text())) | (Product.sku == _one_of(skus, Text()))
    return (
        select(Product, Listing.handle)
        .join(Listing, Product.listing_id == Listing.id)
        .where(named)
        .order_by(Product.id)
    )


def _unit(product: Product) -> UnitDraft:
    return UnitDraft(
        id=product.id,
        state=State.stored,
        sku=product.sku,
        options=product.options,
        position=product.position,
        name=product.name,
        price=product.price,
        compare_at_price=product.compare_at_price,
        stock=product.stock,
        is_active=product.is_active,
        stock_before=product.stock,
    )


async def _listings(uow: AsyncSession, handles: Sequence[str]) -> dict[str, ListingDraft]:
    found = await uow.scalars(select(Listing).where(Listing.handle == _one_of(handles, Text())))
    listings = {listing.id: _listing(listing) for listing in found}
    ids = _one_of(list(listings), Uuid())
    named = (
        select(ListingCategory.listing_id, Category.slug)
        .join(Category, Category.id == ListingCategory.category_id)
        .where(ListingCategory.listing_id == ids)
        .order_by(ListingCategory.position, Category.slug)
    )
    for listing_id, slug in await uow.execute(named):
        listings[listing_id].categories.append(slug)
    for image in await uow.scalars(select(Image).where(Image.listing_id == ids)):
        picture = _picture(image)
        listings[image.listing_id].pictures[picture.url] = picture
    return {listing.handle: listing for listing in listings.values()}


def _listing(listing: Listing) -> ListingDraft:
    return ListingDraft(
        id=listing.id,
        state=State.stored,
        handle=listing.handle,
        description=listing.description,
        vendor=listing.vendor,
    )


def _picture(image: Image) -> PictureDraft:
    url = image.url or f"{settings.images_url()}/{image.storage_key}"
    return PictureDraft(id=image.id, state=State.stored, url=url, position=image.position, alt=image.alt)


def _one_of(values: Sequence[Any], kind: Text | Uuid[Any]) -> ColumnElement[Any]:
    """One bound array instead of a parameter for each value, of which Postgres takes 65,535."""
    return any_(literal(values, ARRAY(kind)))
