"""Writes of a single statement, which Postgres makes atomic by itself: no BEGIN, no COMMIT, no ORM.

For what must not pay for SQLAlchemy's imports in a cold start (docs/decisions). All else is a unit of work.
"""

from typing import Any

import psycopg
from psycopg.rows import dict_row

from shopkit.db.reading import Params, Query, usable_connection
from shopkit.errors import DatabaseUnavailable


async def write_one(query: Query, params: Params = None) -> dict[str, Any] | None:
    """The first row that one statement RETURNs, None where there is none. Raises DatabaseUnavailable."""
    rows = await write_all(query, params)
    return rows[0] if rows else None


async def write_all(query: Query, params: Params = None) -> list[dict[str, Any]]:
    """All rows that one statement RETURNs. Raises DatabaseUnavailable.

    It is sent once only: whether a statement whose connection broke has happened, nobody can tell.
    """
    connection = await usable_connection()
    try:
        async with connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(query, params)
            return await cursor.fetchall() if cursor.description else []
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable from error
