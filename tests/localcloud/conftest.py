"""Fixtures that the tests of the local cloud share."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
import uvloop

from factories.lambda_service import LambdaService
from localcloud.state import State


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "state")


@pytest_asyncio.fixture
async def service(state: State) -> AsyncIterator[LambdaService]:
    async with AsyncExitStack() as exits:
        yield LambdaService(state, exits)


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that the supervisor runs on: how connections end is not the same in all."""
    return {"uvloop": uvloop.new_event_loop}
