"""What stands before a body, and how long a request may take to arrive."""

import asyncio
import contextlib
import json
from pathlib import Path

import httpx
import pytest

from factories.http_api import everything, raw
from factories.waiting import eventually
from localcloud import connection
from localcloud.connection import HEAD_LIMIT
from localcloud.front import Front
from localcloud.gateway import BODY_LIMIT
from localcloud.lambdas import Lambdas


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /echo/x?" + b"a" * HEAD_LIMIT + b" HTTP/1.1\r\nhost: a\r\n\r\n", b"414"),
        (b"GET /echo/x HTTP/1.1\r\nhost: a\r\nx-one: " + b"a" * HEAD_LIMIT + b"\r\n\r\n", b"431"),
        (b"GET /echo/x HTTP/1.1\r\nhost: a\r\n" + b"x-many: 1\r\n" * 2000 + b"\r\n", b"431"),
        (b"hello?\r\n\r\n", b"400"),
    ],
)
async def test_refused(front: Front, lambdas: Lambdas, sent: bytes, status: bytes) -> None:
    answer = await everything(front, sent)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"content-type: application/json" in answer
    assert answer.count(b"HTTP/1.1") == 1
    assert lambdas.pools["echo"].counters.invocations == 0


@pytest.mark.parametrize(("excess", "status"), [(0, b"200"), (1, b"431")])
async def test_largest_head(front: Front, excess: int, status: bytes) -> None:
    value = b"a" * (HEAD_LIMIT - len(b"/echo/xhostax-large") + excess)
    answer = await raw(front, b"GET /echo/x HTTP/1.1\r\nhost: a\r\nx-large: " + value + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize(
    ("begin", "more"), [(b"GET /", b"a"), (b"GET / HTTP/1.1\r\nx: ", b"a"), (b"GET / HTTP/1.1\r\n", b"x: a\r\n")]
)
async def test_endless_head(front: Front, begin: bytes, more: bytes) -> None:
    with contextlib.suppress(ConnectionError):  # the answer to a client that goes on sending may be lost
        assert b"HTTP/1.1 4" in await everything(front, begin, more * (1_000_000 // len(more)))


async def test_body_before_the_next_head_does_not_count(front: Front) -> None:
    body = b"a" * 100_000
    first = b"POST /echo/x HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n" + body
    second = b"GET /nowhere HTTP/1.1\r\nconnection: close\r\nhost: a\r\n\r\n"
    answer = await everything(front, first + second[:30], second[30:])
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 404 " in answer


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /echo/x HTTP/1.1\r\nho",
        b"POST /echo/x HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nabc",
        b"POST /echo/x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
)
async def test_request_that_stops_on_its_way(
    front: Front, lambdas: Lambdas, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connection, "ARRIVAL_SECONDS", 0.1)
    answer = await everything(front, sent)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert answer.endswith(b'{"message": "Request Timeout"}')
    assert lambdas.pools["echo"].counters.invocations == 0


async def test_request_that_never_comes(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ARRIVAL_SECONDS", 0.1)
    assert await everything(front, b"") == b""


async def test_request_that_has_come_may_take_its_time(
    front: Front, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(connection, "ARRIVAL_SECONDS", 0.1)
    gate = tmp_path / "gate"
    body = json.dumps({"wait_for": str(gate)}).encode()
    head = b"POST /act HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: %d\r\n\r\n" % len(body)
    request = asyncio.create_task(raw(front, head + body))
    await eventually((tmp_path / "started").exists)
    await everything(front, b"")  # closed once that time has passed
    gate.touch()
    assert (await request).startswith(b"HTTP/1.1 200 ")


async def test_request_that_was_refused_early_does_not_stay(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ARRIVAL_SECONDS", 0.1)
    head = b"POST /echo/x HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n" % (BODY_LIMIT + 1)
    answer = await everything(front, head)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.count(b"HTTP/1.1") == 1


async def test_request_that_is_given_up_on_its_way(front: Front, client: httpx.AsyncClient, lambdas: Lambdas) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(b"POST /echo/x HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nabc")
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
    await client.get("/echo/x")
    assert lambdas.pools["echo"].counters.invocations == 1
