import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest_asyncio

from localcloud import runtime_api, wire
from localcloud.invocation import PAYLOAD_LIMIT, Invocation, Outcome

ARN = b"arn:aws:lambda:us-east-1:123456789012:function:f"


@dataclass
class Runtime:
    """An environment that hands out one invocation and takes what comes back."""

    invocation: Invocation
    outcome: Outcome | None = None
    init_errors: list[Outcome] = field(default_factory=list)

    def wait_for_next(self, poll: wire.Request) -> None:
        runtime_api.hand_over(poll, self.invocation, ARN, deadline=1_700_000_000.5)

    def finish(self, request_id: str, outcome: Outcome) -> bool:
        self.outcome = outcome
        return request_id == self.invocation.request_id

    def fail_init(self, outcome: Outcome) -> None:
        self.init_errors.append(outcome)


@pytest_asyncio.fixture
async def runtime() -> Runtime:
    outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    return Runtime(Invocation(b'{"a":1}', outcome, request_id="id-1", trace_id="Root=1"))


@pytest_asyncio.fixture
async def client(runtime: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    server = await wire.listen(runtime_api.serve(runtime), PAYLOAD_LIMIT)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}/2018-06-01/runtime") as client:
        yield client
    server.close()


async def test_next(client: httpx.AsyncClient) -> None:
    answer = await client.get("/invocation/next")
    assert (answer.status_code, answer.json()) == (200, {"a": 1})
    assert answer.headers["Lambda-Runtime-Aws-Request-Id"] == "id-1"
    assert answer.headers["Lambda-Runtime-Deadline-Ms"] == "1700000000500"
    assert answer.headers["Lambda-Runtime-Invoked-Function-Arn"] == ARN.decode()
    assert answer.headers["Lambda-Runtime-Trace-Id"] == "Root=1"


async def test_response(client: httpx.AsyncClient, runtime: Runtime) -> None:
    assert (await client.post("/invocation/id-1/response", content=b'"ok"')).status_code == 202
    assert runtime.outcome == Outcome(b'"ok"')


async def test_error(client: httpx.AsyncClient, runtime: Runtime) -> None:
    assert (await client.post("/invocation/id-1/error", content=b"{}")).status_code == 202
    assert runtime.outcome == Outcome(b"{}", is_error=True)


async def test_init_error(client: httpx.AsyncClient, runtime: Runtime) -> None:
    assert (await client.post("/init/error", content=b"{}")).status_code == 202
    assert runtime.init_errors == [Outcome(b"{}", is_error=True)]


async def test_response_to_another_invocation(client: httpx.AsyncClient) -> None:
    answer = await client.post("/invocation/id-0/response", content=b"{}")
    assert (answer.status_code, answer.json()["errorType"]) == (400, "InvalidRequestID")


async def test_response_above_the_limit(client: httpx.AsyncClient, runtime: Runtime) -> None:
    answer = await client.post("/invocation/id-1/response", content=b"x" * (PAYLOAD_LIMIT + 1))
    assert (answer.status_code, answer.json()["errorType"]) == (413, "RequestEntityTooLarge")
    assert runtime.outcome is not None
    assert json.loads(runtime.outcome.payload)["errorType"] == "Function.ResponseSizeTooLarge"


async def test_unknown_resource(client: httpx.AsyncClient) -> None:
    assert (await client.get("/elsewhere")).status_code == 404
    assert (await client.post("/invocation/id-1/elsewhere")).status_code == 404
