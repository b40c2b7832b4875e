"""What handles name: listings are opened, found, put in categories, and left."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from catalog import domain, images
from catalog.models import Listing, Product
from catalog.repository import Categories, Listings, Products
from catalog.schemas import NewProduct
from shopkit.errors import InvalidRequest


async def for_new_product(uow: AsyncSession, new: NewProduct) -> Listing:
    """The listing of the handle that is asked for; else a new one with the product's description and categories.

    Raises InvalidRequest for an unknown category.
    """
    if new.handle is None:
        listing, is_new = await _open_for_name(uow, new.name), True
    else:
        listing, is_new = await _open_or_find(uow, new.handle)
    if is_new:
        listing.description = new.description
        await set_categories(uow, listing, new.categories)
    return listing


async def of_product(uow: AsyncSession, product: Product, handle: str | None) -> tuple[Listing, Listing]:
    """The listing of a locked product and that of the handle (the same one, unless it is another's), both locked.

    A handle that names nothing is opened before either is locked: everybody who holds a listing and waits for another
    does so in the order of their ids.
    """
    while True:
        if handle is not None:
            await Listings(uow).open(handle)
        found = await Listings(uow).locked(product.listing_id, handle)
        own = next(each for each in found if each.id == product.listing_id)
        named = next((each for each in found if each.handle == (handle or own.handle)), None)
        if named is not None:
            return own, named


async def next_position(uow: AsyncSession, listing: Listing) -> int:
    """Where one more product stands. Raises InvalidRequest where there are as many as there may be."""
    count, last = await Products(uow).places(listing.id)
    if count >= domain.MOST_VARIANTS:
        raise InvalidRequest(f"A handle may have at most {domain.MOST_VARIANTS} variants.", field="handle")
    return last + 1


async def move(uow: AsyncSession, product: Product, left: Listing, listing: Listing) -> None:
    """Let a product change its listing; to be followed by `leave`.

    A new listing begins with the old one's description and categories; the images go with the last product.
    Raises InvalidRequest where the listing has as many products as it may.
    """
    if not await Listings(uow).has_products(listing.id):
        listing.description, listing.vendor = left.description, left.vendor
        await Listings(uow).set_categories(listing.id, await Listings(uow).categories(left.id))
        if not await Listings(uow).has_products(left.id, besides=product.id):
            await Listings(uow).give_images(left.id, listing.id)
    product.position = await next_position(uow, listing)
    product.listing_id = listing.id


async def leave(uow: AsyncSession, listing: Listing) -> None:
    """Close a listing if its last product has left it."""
    if not await Listings(uow).has_products(listing.id):
        await images.remove_all(uow, listing)
        await uow.delete(listing)


async def set_categories(uow: AsyncSession, listing: Listing, slugs: Sequence[str]) -> None:
    """Put a listing in these categories, in this order. Raises InvalidRequest for one that does not exist."""
    known = await Categories(uow).with_slugs(slugs)
    wanted = list(dict.fromkeys(slugs))
    if unknown := [slug for slug in wanted if slug not in known]:
        raise InvalidRequest(f"There is no category {unknown[0]}.", field="categories")
    ids = [known[slug] for slug in wanted]
    if ids != await Listings(uow).categories(listing.id):
        await Listings(uow).set_categories(listing.id, ids)
        listing.updated_at = func.now()


async def _open_for_name(uow: AsyncSession, name: str) -> Listing:
    wanted = domain.slug_of(name, otherwise="product")
    while True:
        handle = domain.first_free(wanted, await Listings(uow).handles_like(wanted))
        if listing := await Listings(uow).open(handle):
            return listing


async def _open_or_find(uow: AsyncSession, handle: str) -> tuple[Listing, bool]:
    """The handle's listing, and whether it is new; asked again if another closes it in between."""
    while True:
        if opened := await Listings(uow).open(handle):
            return opened, True
        if found := await Listings(uow).with_handle(handle):
            return found, False
