"""A small HTTP/1.1 server for Lambda's own APIs on loopback: requests arrive whole, answers leave whole.

Every invocation passes it two to four times, so it stands directly on asyncio and httptools.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from weakref import WeakSet

import httptools

JSON = b"content-type: application/json\r\n"

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}


@dataclass(slots=True, eq=False)
class Request:
    """A request that has fully arrived. Header names are lower case."""

    connection: Connection
    method: bytes
    target: bytes
    headers: dict[bytes, bytes]
    body: bytes
    is_too_large: bool = False
    is_last: bool = False

    def answer(self, status: int, body: bytes = b"", headers: bytes = JSON) -> None:
        """Send the answer; `headers` are finished lines, each ended by CRLF."""
        self.connection.answer(self, status, body, headers)

    def answer_json(self, status: int, value: Any, headers: bytes = b"") -> None:
        self.answer(status, json.dumps(value).encode(), JSON + headers)


Serve = Callable[[Request], None]


class Connection(asyncio.Protocol):
    """One client's connection; pipelined requests are served one after the other.

    A body above `limit` bytes is read but not kept, and the request says so. `on_lost` is called with the reason
    when the connection ends.
    """

    def __init__(self, serve: Serve, limit: int) -> None:
        self._serve = serve
        self._limit = limit
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport
        self._current: Request | None = None
        self._waiting: deque[Request] = deque()
        self.on_lost: Callable[[Exception | None], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # asyncio promises a Transport to a Protocol

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.write(_BAD_REQUEST)
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._current = None
        self._waiting.clear()
        if self.on_lost is not None:
            self.on_lost(exc)

    def abort(self) -> None:
        """End the connection at once."""
        self._transport.abort()

    def is_hung_up(self) -> bool:
        """Whether the client has closed the connection, which the event loop may not have noticed yet."""
        if self._transport.is_closing():
            return True
        descriptor = self._transport.get_extra_info("socket").fileno()
        peek = socket.socket(socket.AF_INET, socket.SOCK_STREAM, fileno=descriptor)
        try:
            return not peek.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            peek.detach()

    def answer(self, request: Request, status: int, body: bytes, headers: bytes) -> None:
        """Send an answer unless the client is gone; then serve the request that came after it."""
        if request is not self._current:
            return
        self._current = None
        ending = b"connection: close\r\n" if request.is_last else b""
        self._transport.write(
            b"%bcontent-length: %d\r\n%b%b\r\n%b" % (_STATUS_LINES[status], len(body), headers, ending, body)
        )
        if request.is_last:
            self._transport.close()
        elif self._waiting:
            self._start(self._waiting.popleft())

    def _start(self, request: Request) -> None:
        self._current = request
        self._serve(request)

    # What httptools calls.

    def on_message_begin(self) -> None:
        self._target = b""
        self._headers: dict[bytes, bytes] = {}
        self._chunks: list[bytes] = []
        self._size = 0

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        if self._headers.get(b"expect", b"").lower() == b"100-continue":
            self._transport.write(_CONTINUE)

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size <= self._limit:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        is_too_large = self._size > self._limit
        request = Request(
            connection=self,
            method=self._parser.get_method(),
            target=self._target,
            headers=self._headers,
            body=b"" if is_too_large else b"".join(self._chunks),
            is_too_large=is_too_large,
            is_last=not self._parser.should_keep_alive(),
        )
        if self._current is None:
            self._start(request)
        else:
            self._waiting.append(request)


class Server:
    """A listening socket and the connections it accepted."""

    def __init__(self, serve: Serve, limit: int) -> None:
        self._serve = serve
        self._limit = limit
        self._connections: WeakSet[Connection] = WeakSet()
        self._listener: asyncio.Server

    @property
    def port(self) -> int:
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    async def listen(self, host: str, port: int) -> None:
        self._listener = await asyncio.get_running_loop().create_server(self._connect, host, port)

    def close(self) -> None:
        """Stop listening and end all connections."""
        self._listener.close()
        for connection in list(self._connections):
            connection.abort()

    def _connect(self) -> Connection:
        connection = Connection(self._serve, self._limit)
        self._connections.add(connection)
        return connection


async def listen(serve: Serve, limit: int, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Serve requests on an address; port 0 takes a free one."""
    server = Server(serve, limit)
    await server.listen(host, port)
    return server
