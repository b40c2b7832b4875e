import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from factories.waiting import eventually
from localcloud import wire
from localcloud.relay import relay
from localcloud.state import free_port

LIMIT = 10


class Echo:
    """Answers what was asked; a request for /later is kept until the test answers it."""

    def __init__(self) -> None:
        self.kept: list[wire.Request] = []

    def serve(self, request: wire.Request) -> None:
        if request.target == b"/later":
            self.kept.append(request)
        else:
            request.answer(413 if request.is_too_large else 200, request.target + b" " + request.body, headers=b"")


@pytest_asyncio.fixture
async def echo() -> Echo:
    return Echo()


@pytest_asyncio.fixture
async def server(echo: Echo) -> AsyncIterator[wire.Server]:
    server = await wire.listen(echo.serve, LIMIT)
    yield server
    server.close()


async def answers(server: wire.Server, *requests: bytes) -> bytes:
    """All that comes back until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for request in requests:
        writer.write(request)
        await writer.drain()
    answer = await reader.read()
    writer.close()
    return answer


LAST = b"GET /last HTTP/1.1\r\nconnection: close\r\n\r\n"
LAST_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\n/last "


async def test_keeps_the_connection(server: wire.Server) -> None:
    first = b"POST /a HTTP/1.1\r\ncontent-length: 2\r\n\r\nhi"
    assert await answers(server, first, LAST) == b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n/a hi" + LAST_ANSWER


async def test_pipelined_requests_are_answered_in_order(server: wire.Server, echo: Echo) -> None:
    asking = asyncio.create_task(answers(server, b"GET /later HTTP/1.1\r\n\r\n" + LAST))
    await eventually(lambda: echo.kept)
    echo.kept[0].answer(200, b"first", headers=b"")
    assert await asking == b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst" + LAST_ANSWER


async def test_request_in_pieces(server: wire.Server) -> None:
    request = b"POST /a HTTP/1.1\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello"
    assert (await answers(server, request[:7], request[7:30], request[30:-2], request[-2:])).endswith(b"/a hello")


async def test_body_above_the_limit_is_not_kept(server: wire.Server) -> None:
    request = b"POST /a HTTP/1.1\r\nconnection: close\r\ncontent-length: 11\r\n\r\n01234567890"
    answer = await answers(server, request)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.endswith(b"\r\n\r\n/a ")


async def test_client_that_waits_before_it_sends_a_body(server: wire.Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"POST /a HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"hi")
    assert (await reader.readuntil(b"/a hi")).startswith(b"HTTP/1.1 200 OK")
    writer.close()


async def test_no_http(server: wire.Server) -> None:
    assert (await answers(server, b"hello?\r\n\r\n")).startswith(b"HTTP/1.1 400 Bad Request")


async def test_answer_to_a_client_that_is_gone(server: wire.Server, echo: Echo) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /later HTTP/1.1\r\n\r\n")
    await eventually(lambda: echo.kept)
    assert not echo.kept[0].connection.is_hung_up()
    writer.close()
    await eventually(echo.kept[0].connection.is_hung_up)
    echo.kept[0].answer(200)
    assert await answers(server, LAST) == LAST_ANSWER


async def test_relay(echo: Echo) -> None:
    port = free_port(("127.0.0.1", "127.0.0.2"))
    server = await wire.listen(echo.serve, LIMIT, port=port)
    relayed = await relay("127.0.0.2", port)
    reader, writer = await asyncio.open_connection("127.0.0.2", port)
    writer.write(LAST)
    assert await reader.read() == LAST_ANSWER
    writer.close()
    relayed.close()
    server.close()
