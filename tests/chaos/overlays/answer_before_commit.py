"""Answers, and commits the order when the next one comes along."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from planting import when_imported

open_still: list[AbstractAsyncContextManager[Any]] = []


@when_imported("orders.saga")
def commit_later(saga: Any) -> None:
    work = saga.work

    @asynccontextmanager
    async def work_on() -> AsyncIterator[Any]:
        for earlier in open_still:
            await earlier.__aexit__(None, None, None)
        open_still[:] = [work()]
        yield await open_still[0].__aenter__()

    async def tidy_later(_attempt: Any) -> None:
        """Nothing can be tidied before the commit."""

    saga.work, saga.tidy_now = work_on, tidy_later
