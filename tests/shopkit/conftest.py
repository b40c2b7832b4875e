"""A database and an app of the kit's own, so that it is tested without any service."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest

from shopkit import runtime
from shopkit.db import reading, session

Result = TypeVar("Result")
Run = Callable[[Awaitable[Result]], Result]


@pytest.fixture
def run() -> Run[object]:
    """Run a coroutine on the process's one loop, as a handler would."""

    def on_the_loop(awaitable: Awaitable[Result]) -> Result:
        async def main() -> Result:
            return await awaitable

        asyncio.set_event_loop(runtime.loop())
        return runtime.loop().run_until_complete(main())

    return on_the_loop


@pytest.fixture
def database(make_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, run: Run[object]) -> Iterator[str]:
    """The address of a database; DATABASE_URL names it."""
    address = make_database("kit")
    monkeypatch.setenv("DATABASE_URL", address)
    yield address
    run(reading.close())
    run(session.close())
