"""Many at the same moment, each with a connection of its own to the service's database."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, TypeVar

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed

from catalog.statements import Run
from shopkit import runtime
from shopkit.errors import ShopError

Result = TypeVar("Result")


def all_at_once(address: str, deeds: Sequence[Callable[[Run], Awaitable[Result]]]) -> list[Result | str]:
    """What each deed has returned, or the code of the error that refused it."""
    return runtime.loop().run_until_complete(_together(address, deeds))


async def _together(address: str, deeds: Sequence[Callable[[Run], Awaitable[Result]]]) -> list[Result | str]:
    async with AsyncExitStack() as stack:
        everybody = [await stack.enter_async_context(await _connect(address)) for _ in deeds]
        return await asyncio.gather(
            *(_outcome(deed(_on(connection))) for deed, connection in zip(deeds, everybody, strict=True))
        )


async def _connect(address: str) -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(address, autocommit=True, row_factory=dict_row, prepare_threshold=None)


def _on(connection: psycopg.AsyncConnection[Any]) -> Run:
    async def run(statement: SQL | Composed, params: Mapping[str, Any]) -> dict[str, Any] | None:
        cursor = await connection.execute(statement, params)
        row: dict[str, Any] | None = await cursor.fetchone()
        return row

    return run


async def _outcome(deed: Awaitable[Result]) -> Result | str:
    try:
        return await deed
    except ShopError as refused:
        return refused.code
