"""The unit of work: one request, one transaction, committed before the answer leaves."""

from collections.abc import AsyncIterator
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends

from shopkit.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
else:
    AsyncSession = Any  # SQLAlchemy's half second of imports is for those who write


@cache
def engine() -> "AsyncEngine":
    """One connection a process (a function serves one request at a time), checked before use."""
    from sqlalchemy.ext.asyncio import create_async_engine

    from shopkit.db.connecting import connect

    return create_async_engine(
        "postgresql+psycopg_async://",
        async_creator=connect,
        pool_size=1,
        max_overflow=9,
        pool_pre_ping=True,
        hide_parameters=True,  # errors are logged, and parameters may be secrets
    )


@cache
def sessions() -> "async_sessionmaker[AsyncSession]":
    from sqlalchemy.ext.asyncio import async_sessionmaker

    return async_sessionmaker(engine(), expire_on_commit=False)


async def unit_of_work() -> "AsyncIterator[AsyncSession]":
    """A session in a transaction that ends with the endpoint: committed, or rolled back by an exception.

    Raises DatabaseUnavailable where the connection is lost or a time limit of the role strikes.
    """
    from sqlalchemy.exc import InterfaceError, OperationalError

    try:
        async with sessions()() as session, session.begin():
            yield session
    except (OperationalError, InterfaceError) as error:
        raise DatabaseUnavailable from error


Uow = Annotated[AsyncSession, Depends(unit_of_work, scope="function")]
"""With FastAPI's default scope a failing COMMIT would come after the answer."""


async def close() -> None:
    """Close all connections; the next unit of work opens another."""
    if engine.cache_info().currsize:
        await engine().dispose()
        sessions.cache_clear()
        engine.cache_clear()
