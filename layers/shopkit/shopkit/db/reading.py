"""Reads that cost one round trip: autocommit, one kept connection a process, no ORM.

A hot read may go this close to the driver (docs/decisions); writes never do.
"""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import RowFactory, dict_row

from shopkit.db.connecting import connect, is_usable
from shopkit.errors import DatabaseUnavailable

Query = LiteralString | sql.SQL | sql.Composed
Params = Mapping[str, Any] | Sequence[Any] | None

_connection: psycopg.AsyncConnection[Any] | None = None


async def fetch_all(query: Query, params: Params = None) -> list[dict[str, Any]]:
    """All rows of one SELECT. Raises DatabaseUnavailable."""
    return await _fetch(query, params, dict_row)


async def fetch_one(query: Query, params: Params = None) -> dict[str, Any] | None:
    """The first row of one SELECT. Raises DatabaseUnavailable."""
    rows = await _fetch(query, params, dict_row)
    return rows[0] if rows else None


async def usable_connection() -> psycopg.AsyncConnection[Any]:
    """The kept connection, in autocommit; a new one where it has ended. Raises DatabaseUnavailable."""
    if _connection is not None and is_usable(_connection):
        return _connection
    return await _connect_anew()


async def _fetch(query: Query, params: Params, rows: RowFactory[Any]) -> list[Any]:
    """A kept connection may have died with its server: then one new connection is tried."""
    kept = _connection
    if kept is not None and not kept.closed:
        try:
            return await _on(kept, query, params, rows)
        except psycopg.OperationalError as error:
            await kept.close()
            if not _is_lost(error):
                raise DatabaseUnavailable from error
    try:
        return await _on(await _connect_anew(), query, params, rows)
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable from error


async def _connect_anew() -> psycopg.AsyncConnection[Any]:
    """Of several that are made at once, the first one is kept."""
    global _connection
    made = await connect(autocommit=True)
    if _connection is not None and is_usable(_connection):
        await made.close()
        return _connection
    ended, _connection = _connection, made
    if ended is not None:
        await ended.close()
    return made


async def _on(
    connection: psycopg.AsyncConnection[Any], query: Query, params: Params, rows: RowFactory[Any]
) -> list[Any]:
    async with connection.cursor(row_factory=rows) as cursor:
        await cursor.execute(query, params)
        return await cursor.fetchall()


def _is_lost(error: psycopg.OperationalError) -> bool:
    """Whether the connection died, and not only this statement (a timeout, a lock)."""
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))


async def close() -> None:
    """Give the connection back; the next read makes another."""
    global _connection  # noqa: PLW0603
    if _connection is not None:
        await _connection.close()
        _connection = None
