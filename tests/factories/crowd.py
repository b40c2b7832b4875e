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
SECONDS = 10
WAITS = SQL("SELECT FROM pg_stat_activity WHERE pid = %(process)s AND wait_event_type = 'Lock'")


def all_at_once(address: str, deeds: Sequence[Callable[[Run], Awaitable[Result]]]) -> list[Result | str]:
    """What each deed has returned, or the code of the error that refused it."""
    return runtime.loop().run_until_complete(_together(address, deeds))


async def nothing(run: Run) -> None:
    pass


def while_unfinished(
    address: str,
    first: Callable[[Run], Awaitable[object]],
    second: Callable[[Run], Awaitable[Result]],
    *,
    then: Callable[[Run], Awaitable[object]] = nothing,
) -> Result | str:
    """What becomes of the second, which must wait for the first; whose transaction then does more, and is committed."""
    return runtime.loop().run_until_complete(_one_behind_the_other(address, first, second, then))


async def _together(address: str, deeds: Sequence[Callable[[Run], Awaitable[Result]]]) -> list[Result | str]:
    async with AsyncExitStack() as stack:
        everybody = [await stack.enter_async_context(await _connect(address)) for _ in deeds]
        return await asyncio.gather(
            *(_outcome(deed(_on(connection))) for deed, connection in zip(deeds, everybody, strict=True))
        )


async def _one_behind_the_other(
    address: str,
    first: Callable[[Run], Awaitable[object]],
    second: Callable[[Run], Awaitable[Result]],
    then: Callable[[Run], Awaitable[object]],
) -> Result | str:
    async with await _connect(address) as one, await _connect(address) as other, await _connect(address) as watching:
        async with one.transaction():
            await first(_on(one))
            waiting = asyncio.create_task(_outcome(second(_on(other))))
            async with asyncio.timeout(SECONDS):
                while not await _waits(watching, other):  # noqa: ASYNC110  # what happens in Postgres sets no event
                    await asyncio.sleep(0.01)
            await then(_on(one))
        return await waiting


async def _waits(watching: psycopg.AsyncConnection[Any], other: psycopg.AsyncConnection[Any]) -> bool:
    row = await _on(watching)(WAITS, {"process": other.info.backend_pid})
    return row is not None


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
