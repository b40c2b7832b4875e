"""Stock that falls below the threshold is told, once each time it does."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from psycopg.sql import SQL, Literal

from catalog import settings
from catalog.events import ProductStockLow
from catalog.statements import within
from shopkit import context
from shopkit.events import outbox

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

LOW = SQL("""
low AS (
    INSERT INTO outbox (type, version, correlation_id, data)
    SELECT {type}, stock_version, %(correlation_id)s, jsonb_build_object(
        'product_id', id, 'sku', sku, 'name', name, 'left', stock, 'threshold', %(threshold)s::integer)
    FROM moved WHERE stock < %(threshold)s AND stock - delta >= %(threshold)s
    RETURNING id
)""").format(type=Literal(ProductStockLow.type))
"""Writes the facts about what was `moved` (id, sku, name, stock, stock_version, delta)."""

TELL = SQL("""
WITH moved AS (
    SELECT p.id, p.sku, p.name, p.stock, p.stock_version, m.delta
    FROM products p JOIN unnest(%(products)s::uuid[], %(deltas)s::integer[]) AS m (id, delta) ON m.id = p.id
), {low}
SELECT EXISTS (SELECT FROM low) AS runs_low""").format(low=LOW)


async def tell(uow: "AsyncSession", moves: Mapping[UUID, int]) -> None:
    """Tell of the products whose stock this unit of work has moved below the threshold, by these deltas."""
    falls = {product_id: delta for product_id, delta in moves.items() if delta < 0}
    if not falls:
        return
    row = await within(uow)(TELL, {"products": list(falls), "deltas": list(falls.values()), **parameters()})
    if row and row["runs_low"]:
        await outbox.will_publish(uow)


def parameters() -> dict[str, str | int]:
    """What `LOW` binds."""
    return {"threshold": settings.low_stock(), "correlation_id": context.correlation_id()}
