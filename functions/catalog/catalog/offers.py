"""Products as carts and orders see them: several at once, inactive ones too, without their descriptions."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from psycopg.sql import SQL
from pydantic import BaseModel, BeforeValidator, Field

from catalog.presentation import parameters
from shopkit.db.reading import fetch_one
from shopkit.money import Money

MOST = 100

OFFERS = SQL("""
SELECT coalesce(json_agg(json_build_object(
    'id', p.id, 'sku', p.sku, 'name', p.name, 'handle', l.handle, 'options', p.options, 'price', p.price::text,
    'currency', %(currency)s::text, 'stock', p.stock, 'is_active', p.is_active, 'image', (
        SELECT coalesce(i.url, %(images_url)s || '/' || i.storage_key) FROM product_images i
        WHERE i.listing_id = l.id ORDER BY i.position, i.id LIMIT 1))), '[]')::text AS items
FROM products p JOIN listings l ON l.id = p.listing_id
WHERE p.id = ANY(%(ids)s)""")


def _separated(texts: list[str]) -> list[str]:
    """A parameter's values, each of which may be several, separated by commas."""
    return ",".join(texts).split(",")


class OffersQuery(BaseModel):
    """Of which products."""

    ids: Annotated[list[UUID], BeforeValidator(_separated), Field(max_length=MOST, description="Separated by commas.")]


class Offer(BaseModel):
    """`image` is the address of the product's first picture."""

    id: UUID
    sku: str
    name: str
    handle: str
    options: dict[str, str]
    price: Money
    currency: str
    stock: int
    is_active: bool
    image: str | None


class Offers(BaseModel):
    items: list[Offer]


async def offers(ids: Sequence[UUID]) -> str:
    """Those of the products that exist, as the member `items` of a JSON object; in no order."""
    row = await fetch_one(OFFERS, parameters(ids=list(ids)))
    assert row is not None  # noqa: S101  # an aggregate has one row
    return f'"items":{row["items"]}'
