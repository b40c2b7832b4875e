"""The unit of work: one request, one transaction, committed before the answer leaves."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from shopkit.errors import Conflict, DatabaseUnavailable

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

AFTER_COMMIT = "after_commit"
ROLLED_BACK = "40"
"""The class of Postgres' states for a transaction that clashed with another, such as a deadlock."""


@cache
def engine() -> "AsyncEngine":
    """For writing, one connection in a function (it serves one request at a time); looked at before use."""
    from sqlalchemy import event
    from sqlalchemy.ext.asyncio import create_async_engine

    from shopkit.db.connecting import connect

    made = create_async_engine(
        "postgresql+psycopg_async://",
        async_creator=connect,
        pool_size=1,
        max_overflow=9,
        hide_parameters=True,  # errors are logged, and parameters may be secrets
    )
    event.listen(made.sync_engine, "checkout", _refuse_ended)
    return made


def _refuse_ended(adapted: Any, *_: object) -> None:
    """Have the pool make another connection where this one has ended: a ping would cost a round trip each time."""
    from sqlalchemy.exc import DisconnectionError

    from shopkit.db.connecting import is_usable

    if not is_usable(adapted.driver_connection):
        raise DisconnectionError


@cache
def sessions() -> "async_sessionmaker[AsyncSession]":
    from sqlalchemy.ext.asyncio import async_sessionmaker

    return async_sessionmaker(engine(), expire_on_commit=False)


async def unit_of_work() -> "AsyncIterator[AsyncSession]":
    """A session in a transaction that ends with the endpoint: committed, or rolled back by an exception.

    Raises Conflict where it clashed with another, and DatabaseUnavailable where the connection is lost or a time limit
    of the role strikes.
    """
    from sqlalchemy.exc import InterfaceError, OperationalError

    try:
        async with sessions()() as session:
            async with session.begin():
                yield session
            for action in session.info.get(AFTER_COMMIT, []):
                await action()
    except (OperationalError, InterfaceError) as error:
        if (getattr(error.orig, "sqlstate", None) or "").startswith(ROLLED_BACK):
            raise Conflict("Somebody changed the same at the same moment; try again.") from error
        raise DatabaseUnavailable from error


work = asynccontextmanager(unit_of_work)
"""The same outside of a request: `async with work() as uow`, committed at the end."""


def after_commit(uow: "AsyncSession", action: Callable[[], Awaitable[None]]) -> None:
    """Have something done once the unit of work is committed, and only then.

    For what a rollback cannot take back. It may be lost if the process dies in between, and must raise nothing that
    the client should not see: the work is done.
    """
    uow.info.setdefault(AFTER_COMMIT, []).append(action)


async def close() -> None:
    """Close all connections; the next unit of work opens another."""
    if engine.cache_info().currsize:
        await engine().dispose()
        sessions.cache_clear()
        engine.cache_clear()
