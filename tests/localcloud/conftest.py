"""Fixtures that the tests of the local cloud share."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import uvloop

from factories.http_api import ROUTES
from factories.lambda_service import LambdaService, sample_function
from localcloud.front import Front
from localcloud.gateway import HttpApi
from localcloud.lambdas import Lambdas
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


@pytest_asyncio.fixture
async def lambdas(service: LambdaService) -> Lambdas:
    """The functions that ROUTES name."""
    functions = sample_function("echo"), sample_function("act_directly", timeout=5), sample_function("none", reserved=0)
    return service.lambdas(*functions, environments=2)


@pytest_asyncio.fixture
async def front(lambdas: Lambdas) -> AsyncIterator[Front]:
    front = Front(["127.0.0.1"], 0)
    front.start(HttpApi(ROUTES, lambdas.pools))
    yield front
    await front.stop()


@pytest_asyncio.fixture
async def client(front: Front) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{front.port}", timeout=20) as client:
        yield client


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that the supervisor runs on: how connections end is not the same in all."""
    return {"uvloop": uvloop.new_event_loop}
