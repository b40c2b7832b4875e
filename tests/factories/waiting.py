"""Waiting for a condition instead of sleeping for a while."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def eventually(condition: Callable[[], object], seconds: float = 10) -> None:
    """Return as soon as the condition holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what happens in other processes sets no event here
            await asyncio.sleep(0.01)


def wait_for(condition: Callable[[], Result], seconds: float = 10) -> Result:
    """What the condition gives as soon as that is true. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > until:
            raise TimeoutError("The condition did not come true in time.")
        time.sleep(0.02)
    return result
