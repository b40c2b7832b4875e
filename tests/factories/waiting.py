"""Waiting for a condition instead of sleeping for a while."""

import asyncio
from collections.abc import Callable


async def eventually(condition: Callable[[], object], seconds: float = 10) -> None:
    """Return as soon as the condition holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what happens in other processes sets no event here
            await asyncio.sleep(0.01)
