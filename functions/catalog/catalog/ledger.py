"""The stock ledger as administrators read it."""

from uuid import UUID

from psycopg.sql import SQL

from catalog import pages
from catalog.errors import ProductNotFound
from catalog.pages import Key, Order, moment
from catalog.presentation import UTC
from shopkit.db.reading import fetch_one

NEWEST = Order((Key(SQL("m.created_at"), moment), Key(SQL("m.id"), UUID)), descending=True)

MOVEMENTS = SQL("""
SELECT json_build_object(
    'id', m.id, 'delta', m.delta, 'reason', m.reason, 'stock_after', m.stock_after, 'by', m.by,
    'correlation_id', m.correlation_id, 'created_at', {created_at})::text AS body, {texts} AS keys
FROM (
    SELECT m.*, {columns} FROM stock_movements m WHERE m.product_id = %(id)s AND {after}
    ORDER BY {clause} LIMIT %(rows)s
) m
ORDER BY {clause}""")


async def movements(product_id: UUID, *, limit: int, cursor: str | None) -> str:
    """A page of a product's stock movements, the newest first. Raises ProductNotFound and InvalidRequest."""
    if not await fetch_one("SELECT 1 AS one FROM products WHERE id = %s AND deleted_at IS NULL", [product_id]):
        raise ProductNotFound
    statement = MOVEMENTS.format(
        created_at=UTC.format(SQL("m.created_at")),
        texts=NEWEST.texts,
        columns=NEWEST.columns,
        clause=NEWEST.clause,
        after=NEWEST.after if cursor is not None else SQL("true"),
    )
    return await pages.page(statement, NEWEST, {"id": product_id}, name="stock", limit=limit, cursor=cursor)
