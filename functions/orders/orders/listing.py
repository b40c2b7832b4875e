"""Lists of orders, the newest first, page by page (keyset)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composed

from orders.domain import Status
from orders.presentation import ORDER, ORDER_FOR_ADMINS, VISIBLE
from shopkit.db.paging import broken_cursor, decode_cursor, encode_cursor
from shopkit.db.reading import fetch_all

NEWEST = "newest"

_PAGE = SQL("""
SELECT {order} AS body, o.created_at, o.id FROM (
    SELECT * FROM orders o WHERE {conditions} ORDER BY o.created_at DESC, o.id DESC LIMIT %(rows)s
) o ORDER BY o.created_at DESC, o.id DESC""")

_AFTER = SQL("(o.created_at, o.id) < (%(created_at)s, %(id)s)")

_FOUND = SQL("""o.id IN (
    SELECT id FROM orders WHERE id BETWEEN %(first)s AND %(last)s
    UNION ALL SELECT order_id FROM order_items WHERE lower(sku) = lower(%(q)s)
    UNION ALL SELECT order_id FROM addresses WHERE name ILIKE %(part)s)""")
"""By the beginning of an order's number, a SKU, or a part of the name in the address."""

NOTHING = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Which:
    """Whose orders, in which state, and found by what."""

    user_id: UUID | None = None
    status: Status | None = None
    q: str | None = None

    @property
    def conditions(self) -> list[SQL]:
        return [
            SQL("o.user_id = %(user_id)s") if self.user_id else SQL("true"),
            SQL("o.status = %(status)s") if self.status else VISIBLE,
            _FOUND if self.q else SQL("true"),
        ]

    @property
    def values(self) -> Mapping[str, Any]:
        return {"user_id": self.user_id, "status": self.status, **(_search(self.q) if self.q else {})}


async def page(which: Which, *, for_admins: bool, limit: int, cursor: str | None) -> bytes:
    """A page of orders as JSON. Raises InvalidRequest for a cursor that is not of this list."""
    conditions, values = which.conditions, {**which.values, "rows": limit + 1}
    if cursor is not None:
        conditions.append(_AFTER)
        values |= _position(cursor)
    rows = await fetch_all(_statement(conditions, for_admins=for_admins), values)
    last = rows[limit - 1] if len(rows) > limit else None
    next_cursor = encode_cursor(NEWEST, [last["created_at"].isoformat(), str(last["id"])]) if last else None
    items = ",".join(row["body"] for row in rows[:limit])
    return f'{{"items":[{items}],"next_cursor":{json.dumps(next_cursor)}}}'.encode()


def _statement(conditions: list[SQL], *, for_admins: bool) -> Composed:
    return _PAGE.format(
        order=ORDER_FOR_ADMINS if for_admins else ORDER,
        conditions=SQL(" AND ").join(conditions),
    )


def position_in(cursor: str, sort: str) -> tuple[datetime, UUID]:
    """A time and an id, by which a list is continued. Raises InvalidRequest."""
    moment, order_id = decode_cursor(cursor, sort, 2)
    try:
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(order_id)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise broken_cursor() from error


def _position(cursor: str) -> Mapping[str, Any]:
    created_at, order_id = position_in(cursor, NEWEST)
    return {"created_at": created_at, "id": order_id}


def _search(q: str) -> Mapping[str, Any]:
    first, last = _numbers_beginning_with(q)
    return {"q": q, "part": f"%{_escaped(q)}%", "first": first, "last": last}


def _escaped(q: str) -> str:
    """As a part of a LIKE pattern."""
    return re.sub(r"([\\%_])", r"\\\1", q)


def _numbers_beginning_with(q: str) -> tuple[UUID, UUID]:
    """The smallest and the largest id that begin so; nobody's, where none can."""
    digits = q.replace("-", "").lower()
    if not re.fullmatch(r"[0-9a-f]{1,32}", digits):
        return NOTHING, NOTHING
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
