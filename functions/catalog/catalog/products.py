"""Products are made, changed and removed."""

from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from catalog import listings, presentation, stock
from catalog.errors import ProductNotFound, SkuTaken, VariantExists
from catalog.models import Listing, Product
from catalog.repository import Listings, Products, violated
from catalog.schemas import NewProduct, ProductChanges
from shopkit.auth.principal import Principal
from shopkit.web.etags import check_if_match, etag

OF_THE_PRODUCT = {"sku", "name", "price", "options", "compare_at_price", "is_active"}
"""Fields of one variant; the others are its listing's."""


async def create(uow: AsyncSession, admin: Principal, new: NewProduct) -> UUID:
    """Make a product and return its id.

    Raises InvalidRequest (an unknown category, a variant too many), SkuTaken and VariantExists.
    """
    listing = await listings.for_new_product(uow, new)
    product = Product(
        listing_id=listing.id,
        stock=new.stock,
        position=await listings.next_position(uow, listing),
        **new.model_dump(include=OF_THE_PRODUCT),
    )
    uow.add(product)
    await _flush(uow, product, listing)
    if new.stock:
        stock.record(uow, product.id, new.stock, reason="initial", stock_after=new.stock, by=admin.id)
    return product.id


async def change(uow: AsyncSession, product_id: UUID, changes: ProductChanges, *, if_match: str | None) -> None:
    """Change what is given, if the caller knows the product as it is.

    Raises ProductNotFound, PreconditionFailed, InvalidRequest (an unknown category, a variant too many), SkuTaken and
    VariantExists.
    """
    product = await _locked(uow, product_id)
    given = changes.model_dump(exclude_unset=True)
    left, listing = await listings.of_product(uow, product, given.get("handle"))
    if if_match is not None:
        check_if_match(if_match, etag(await presentation.written_product(uow, product_id)))
    if listing is not left:
        await listings.move(uow, product, left, listing)
    await _change_listing(uow, listing, given)
    for name in given.keys() & OF_THE_PRODUCT:
        setattr(product, name, given[name])
    await _flush(uow, product, listing)
    if listing is not left:
        await listings.leave(uow, left)


async def remove(uow: AsyncSession, product_id: UUID) -> None:
    """Hide a product for good. Its SKU, and with the last variant its handle, may be used again.

    Raises ProductNotFound.
    """
    product = await _locked(uow, product_id)
    (listing,) = await Listings(uow).locked(product.listing_id)
    product.listing_id, product.deleted_at = None, func.now()
    await uow.flush()
    await listings.leave(uow, listing)


async def _locked(uow: AsyncSession, product_id: UUID) -> Product:
    product = await Products(uow).locked(product_id)
    if product is None:
        raise ProductNotFound
    return product


async def _change_listing(uow: AsyncSession, listing: Listing, given: dict[str, Any]) -> None:
    if "description" in given:
        listing.description = given["description"]
    if "categories" in given:
        await listings.set_categories(uow, listing, given["categories"])


async def _flush(uow: AsyncSession, product: Product, listing: Listing) -> None:
    sku, handle = product.sku, listing.handle
    try:
        await uow.flush()
    except IntegrityError as error:
        match violated(error):
            case "uq_products_sku":
                raise SkuTaken(sku) from error
            case "uq_products_variant":
                raise VariantExists(handle) from error
        raise
