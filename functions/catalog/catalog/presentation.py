"""How the catalog tells its products: JSON that Postgres builds and that passes through as it is.

All texts here expect the parameters of `parameters()`, a product `p` and its listing `l`.
"""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg.sql import SQL, Composed

from catalog import settings
from catalog.errors import ProductNotFound
from shopkit.db.reading import fetch_one

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

CATEGORIES = SQL("""(
    SELECT coalesce(json_agg(c.slug ORDER BY pc.position, c.slug), '[]')
    FROM product_categories pc JOIN categories c ON c.id = pc.category_id
    WHERE pc.listing_id = l.id)""")

IMAGES = SQL("""(
    SELECT coalesce(json_agg(json_build_object(
        'id', i.id, 'url', coalesce(i.url, %(images_url)s || '/' || i.storage_key),
        'alt', i.alt, 'position', i.position) ORDER BY i.position, i.id), '[]')
    FROM product_images i WHERE i.listing_id = l.id)""")

UTC = SQL("""to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""")

_PRODUCT = SQL("""json_build_object(
    'id', p.id, 'sku', p.sku, 'name', p.name, 'handle', l.handle, 'options', p.options,
    'description', l.description, 'price', {price}::text, 'compare_at_price', p.compare_at_price::text,
    'currency', %(currency)s::text, 'stock', {stock}, 'is_active', p.is_active,
    'categories', {categories}, 'images', {images},
    'created_at', {created_at}, 'updated_at', {updated_at}{more})""")


def _product(price: SQL, stock: SQL, more: SQL) -> Composed:
    return _PRODUCT.format(
        price=price,
        stock=stock,
        categories=CATEGORIES,
        images=IMAGES,
        created_at=UTC.format(SQL("p.created_at")),
        updated_at=UTC.format(SQL("greatest(p.updated_at, l.updated_at)")),
        more=more,
    )


PRODUCT = _product(SQL("p.price"), SQL("p.stock"), SQL(""))

CARD = _product(
    SQL("v.price"), SQL("v.stock"), SQL(", 'variants', v.variants, 'price_to', nullif(v.price_to, v.price)::text")
)
"""A listing as one row: its leading product `p`, and of all its variants `v` the lowest price and the whole stock."""

ONE = SQL("""
SELECT {product}::text AS body, p.is_active
FROM products p JOIN listings l ON l.id = p.listing_id
WHERE p.id = %(id)s""").format(product=PRODUCT)

LISTING = SQL("""
SELECT json_build_object(
    'handle', l.handle, 'name', (array_agg(p.name ORDER BY p.position, p.id))[1], 'description', l.description,
    'categories', {categories}, 'images', {images},
    'variants', json_agg({product} ORDER BY p.position, p.id))::text AS body
FROM listings l JOIN products p ON p.listing_id = l.id
WHERE l.handle = %(handle)s AND (p.is_active OR %(with_inactive)s)
GROUP BY l.id""").format(categories=CATEGORIES, images=IMAGES, product=PRODUCT)


def parameters(**more: Any) -> dict[str, Any]:
    """What every text of this module binds, and `more`."""
    return {"currency": settings.currency(), "images_url": settings.images_url(), **more}


async def product(product_id: UUID, *, with_inactive: bool) -> str:
    """One product as JSON. Raises ProductNotFound; also for an inactive one, unless asked for."""
    row = await fetch_one(ONE, parameters(id=product_id))
    if row is None or not (row["is_active"] or with_inactive):
        raise ProductNotFound
    body: str = row["body"]
    return body


async def listing(handle: str, *, with_inactive: bool) -> str:
    """What a handle names, with its variants, as JSON. Raises ProductNotFound where it has none to show."""
    row = await fetch_one(LISTING, parameters(handle=handle, with_inactive=with_inactive))
    if row is None:
        raise ProductNotFound
    body: str = row["body"]
    return body


async def written_product(uow: "AsyncSession", product_id: UUID) -> str:
    """One product as JSON, as this unit of work leaves it. Raises ProductNotFound."""
    await uow.flush()
    connection = await uow.connection()
    row = (await connection.exec_driver_sql(ONE.as_string(), parameters(id=product_id))).first()
    if row is None:
        raise ProductNotFound
    body: str = row.body
    return body
