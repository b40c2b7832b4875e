"""Fixtures that the tests of the local cloud share."""

import asyncio
import socket
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


@pytest.fixture
def ipv6() -> str:
    """The loopback address of IPv6, where this machine has it."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("IPv6 is switched off on this machine")
    return "::1"


@pytest_asyncio.fixture
async def service(state: State) -> AsyncIterator[LambdaService]:
    async with AsyncExitStack() as exits:
        yield LambdaService(state, exits)


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that the supervisor runs on: how connections end is not the same in all."""
    return {"uvloop": uvloop.new_event_loop}
