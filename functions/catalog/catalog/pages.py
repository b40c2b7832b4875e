"""Lists as JSON, page by page: each order has a cursor that names the last row seen (keyset paging)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg.sql import SQL, Composed

from shopkit.db.paging import decode_cursor, encode_cursor
from shopkit.db.reading import fetch_all
from shopkit.errors import InvalidRequest


def moment(text: str) -> datetime:
    """The time that a cursor's text says, in UTC. Raises ValueError, and OverflowError beyond the calendar's ends."""
    return datetime.fromisoformat(text).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Key:
    """One value by which rows are sorted: how SQL names it, and how a cursor's text becomes it again."""

    sql: SQL
    parse: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Order:
    """The last key is unique. All keys run in one direction, so that one row comparison continues a page."""

    keys: tuple[Key, ...]
    descending: bool = False

    @property
    def columns(self) -> Composed:
        """The keys as columns: `key_0`, `key_1` and so on."""
        return SQL(", ").join(SQL("{} AS {}").format(key.sql, SQL(f"key_{n}")) for n, key in enumerate(self.keys))

    @property
    def clause(self) -> Composed:
        direction = SQL(" DESC" if self.descending else " ASC")
        return SQL(", ").join(SQL(f"key_{n}") + direction for n in range(len(self.keys)))

    @property
    def texts(self) -> Composed:
        """The keys of a row as one JSON array of texts, which a cursor carries."""
        names = SQL(", ").join(SQL(f"key_{n}::text") for n in range(len(self.keys)))
        return SQL("json_build_array({})::text").format(names)

    @property
    def after(self) -> Composed:
        """The condition that a row comes after the one whose keys are bound as `after_0`, `after_1` and so on."""
        names = SQL(", ").join(key.sql for key in self.keys)
        values = SQL(", ").join(SQL(f"%(after_{n})s") for n in range(len(self.keys)))
        return SQL("({}) {} ({})").format(names, SQL("<" if self.descending else ">"), values)


async def page(
    statement: SQL | Composed,
    order: Order,
    values: Mapping[str, Any],
    *,
    name: str,
    limit: int | None,
    cursor: str | None,
    member: str = "items",
) -> str:
    """The members `items` (or as `member` says) and `next_cursor` of a list's JSON; no `limit` means all.

    The statement answers each row's JSON as `body` and its `Order.texts` as `keys`, and takes at most `rows`. `name`
    tells this list's cursors from others'. Raises InvalidRequest for one that is not of this list.
    """
    after = _values_in(cursor, name, order) if cursor is not None else {}
    rows = await fetch_all(statement, {**values, **after, "rows": None if limit is None else limit + 1})
    further = limit is not None and len(rows) > limit
    items = ",".join(row["body"] for row in rows[:limit])
    next_cursor = encode_cursor(name, json.loads(rows[limit - 1]["keys"])) if limit and further else None
    return f'"{member}":[{items}],"next_cursor":{json.dumps(next_cursor)}'


def _values_in(cursor: str, name: str, order: Order) -> dict[str, Any]:
    texts = decode_cursor(cursor, name, len(order.keys))
    try:
        return {f"after_{n}": key.parse(text) for n, (key, text) in enumerate(zip(order.keys, texts, strict=True))}
    except (ValueError, TypeError, ArithmeticError, AttributeError) as error:
        raise InvalidRequest("This cursor does not belong to this list.", field="cursor", where="query") from error
