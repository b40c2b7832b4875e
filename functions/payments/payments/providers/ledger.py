"""The emulated provider's books: a schema and a connection of its own, as a real one's would be somewhere else.

Every statement is committed by itself, and can be repeated: a lost connection is made anew and asked again.
"""

import asyncio
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from payments.providers.protocol import PATIENCE, OutcomeUnknown
from shopkit import context
from shopkit.db.connecting import connect
from shopkit.errors import Unavailable

KEPT_FOR_RECORDING = 1.0
"""Seconds of the caller's time that stay for writing down what the provider said."""

_connection: psycopg.AsyncConnection[Any] | None = None


async def ask(statement: LiteralString, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that one statement gives. Raises OutcomeUnknown."""
    seconds = context.seconds_left(PATIENCE + KEPT_FOR_RECORDING) - KEPT_FOR_RECORDING
    try:
        async with asyncio.timeout(max(0, seconds)):
            return await _ask(statement, values)
    except (psycopg.OperationalError, Unavailable, TimeoutError) as error:
        await close()
        raise OutcomeUnknown from error


async def _ask(statement: LiteralString, values: dict[str, Any]) -> list[dict[str, Any]]:
    if _connection is not None and not _connection.closed:
        try:
            return await _on(_connection, statement, values)
        except psycopg.OperationalError:
            await _connection.close()
    return await _on(await _connect(), statement, values)


async def _connect() -> psycopg.AsyncConnection[Any]:
    global _connection  # noqa: PLW0603  # one connection a process is the point
    _connection = await connect(autocommit=True)
    return _connection


async def _on(
    connection: psycopg.AsyncConnection[Any], statement: LiteralString, values: dict[str, Any]
) -> list[dict[str, Any]]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement, values)
        return await cursor.fetchall()


async def close() -> None:
    """Give the connection back; the next question makes another."""
    global _connection  # noqa: PLW0603
    if _connection is not None:
        await _connection.close()
        _connection = None
