"""What does not add up in the stock, for whoever reconciles it with orders."""

from datetime import timedelta
from uuid import UUID

from psycopg.sql import SQL

from catalog import pages
from catalog.pages import Key, Order, moment
from catalog.presentation import UTC
from shopkit.db.reading import fetch_one

OLDEST = Order((Key(SQL("r.created_at"), moment), Key(SQL("r.order_id"), UUID)))

HELD = SQL("""
SELECT json_build_object('order_id', r.order_id, 'status', r.status, 'created_at', {created_at})::text AS body,
       {texts} AS keys
FROM (
    SELECT r.*, {columns} FROM reservations r
    WHERE r.status = 'held' AND r.created_at < now() - %(older_than)s AND {after}
    ORDER BY {clause} LIMIT %(rows)s
) r
ORDER BY {clause}""")

DIFFERING = SQL("""
SELECT coalesce(json_agg(d ORDER BY d.product_id), '[]')::text AS items FROM (
    SELECT p.id AS product_id, p.sku, p.stock, coalesce(m.sum, 0) AS ledger
    FROM products p LEFT JOIN (
        SELECT product_id, sum(delta) FROM stock_movements GROUP BY product_id
    ) m ON m.product_id = p.id
    WHERE p.stock <> coalesce(m.sum, 0)
    ORDER BY p.id LIMIT %(limit)s
) d""")


async def audit(*, older_than: timedelta, limit: int, cursor: str | None) -> str:
    """The members of a JSON object: reservations held for long, page by page, and products that do not add up.

    The latter are at most `limit` whose stock is not the sum of their ledger, on the first page only. Raises
    InvalidRequest.
    """
    statement = HELD.format(
        created_at=UTC.format(SQL("r.created_at")),
        texts=OLDEST.texts,
        columns=OLDEST.columns,
        clause=OLDEST.clause,
        after=OLDEST.after if cursor is not None else SQL("true"),
    )
    values = {"older_than": older_than}
    held = await pages.page(statement, OLDEST, values, name="audit", member="reservations", limit=limit, cursor=cursor)
    return f'"products":{await _differing(limit) if cursor is None else "[]"},{held}'


async def _differing(limit: int) -> str:
    row = await fetch_one(DIFFERING, {"limit": limit})
    assert row is not None  # noqa: S101  # an aggregate has one row
    items: str = row["items"]
    return items
