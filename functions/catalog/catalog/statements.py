"""Single statements that may run by themselves, or within a unit of work."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from psycopg.sql import SQL, Composed

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

Run = Callable[[SQL | Composed, Mapping[str, Any]], Awaitable[dict[str, Any] | None]]
"""Runs one statement and answers its first row; `shopkit.db.writing.write_one` is one."""


def within(uow: "AsyncSession") -> Run:
    """Runs statements on the unit of work's connection, whose transaction they belong to."""

    async def run(statement: SQL | Composed, params: Mapping[str, Any]) -> dict[str, Any] | None:
        connection = await uow.connection()
        result = await connection.exec_driver_sql(statement.as_string(), dict(params))
        row = result.mappings().first()
        return None if row is None else dict(row)

    return run
