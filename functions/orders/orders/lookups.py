"""What payments may know of orders."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.sql import SQL

from orders.errors import OrderNotFound
from orders.listing import position_in
from orders.presentation import VISIBLE
from shopkit.db.paging import encode_cursor
from shopkit.db.reading import fetch_all, fetch_one

OLDEST_PAID = "paid"

ONE = SQL("""
SELECT o.id AS order_id, o.user_id, o.status, o.total, o.currency,
       CASE WHEN o.status = 'created' THEN o.expires_at END AS expires_at, o.version
FROM orders o WHERE o.id = %(id)s AND {visible}""").format(visible=VISIBLE)

_SOME = SQL("""
SELECT o.id AS order_id, o.user_id, o.status, o.total, o.currency, o.payment_id, o.paid_at
FROM orders o WHERE {visible} AND {condition}""")
SOME = _SOME.format(visible=VISIBLE, condition=SQL("o.id = ANY(%(ids)s)"))
PAID = _SOME.format(
    visible=VISIBLE,
    condition=SQL("""o.status IN ('paid', 'processing', 'completed') AND (o.paid_at, o.id) > (%(since)s, %(id)s)
ORDER BY o.paid_at, o.id LIMIT %(rows)s"""),
)
FIRST = UUID(int=0)


async def one(order_id: UUID) -> dict[str, Any]:
    """What payments must know of an order before it takes money for it. Raises OrderNotFound."""
    row = await fetch_one(ONE, {"id": order_id})
    if row is None:
        raise OrderNotFound
    return row


async def some(order_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Those of the orders that there are, in no order."""
    return [_told(row) for row in await fetch_all(SOME, {"ids": list(order_ids)})]


async def paid(since: datetime, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """A page of the orders that were paid since then, and still are. Raises InvalidRequest for a bad cursor."""
    after, order_id = position_in(cursor, OLDEST_PAID) if cursor is not None else (since, FIRST)
    rows = await fetch_all(PAID, {"since": after, "id": order_id, "rows": limit + 1})
    last = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": [_told(row) for row in rows[:limit]],
        "next_cursor": encode_cursor(OLDEST_PAID, [last["paid_at"].isoformat(), str(last["order_id"])])
        if last
        else None,
    }


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "paid_at"}
