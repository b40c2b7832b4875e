"""One kept-alive HTTP/1.1 connection; llhttp (by httptools) does the parsing."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import httptools

from shopkit.sockets import is_silent

LINE_ENDS = re.compile(r"[\r\n\0]")


class ConnectionLost(ConnectionError):
    """The peer went away. `nothing_came` tells that not one byte of an answer had arrived."""

    def __init__(self, *, nothing_came: bool) -> None:
        super().__init__("The peer closed the connection.")
        self.nothing_came = nothing_came


@dataclass(slots=True)
class HttpAnswer:
    """Header names are in lower case, repeated ones joined by commas (RFC 9110 §5.3); cookies stand apart."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cookies: list[str] = field(default_factory=list)


def _head(method: str, target: str, headers: Mapping[str, str], length: int) -> bytes:
    """The request up to its body. A line end inside a value would begin a header, or a request, of its own."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if any(LINE_ENDS.search(line) for line in lines):
        raise ValueError("A header of a request may not contain line ends or NUL.")
    return "\r\n".join([*lines, f"content-length: {length}", "", ""]).encode("latin-1")


class Connection(asyncio.Protocol):
    """Carries one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[HttpAnswer] | None = None
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._answer = HttpAnswer()
        self._parts: list[bytes] = []
        self._nothing_came = True

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    @property
    def is_usable(self) -> bool:
        """Whether the peer still listens, as far as this machine knows."""
        if self._transport is None or self._transport.is_closing():
            return False
        return is_silent(self._transport.get_extra_info("socket").fileno())

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    async def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        """Send one request and wait for its answer.

        Raises ConnectionLost, and ValueError for what cannot stand in a header. A caller that stops waiting must
        close the connection.
        """
        head = _head(method, target, headers, len(body))
        if self._transport is None or not self.is_open:
            raise ConnectionLost(nothing_came=True)
        self._begin()
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(head + body)
        return await self._waiting

    # asyncio's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # TCP and TLS transports read and write

    def data_received(self, data: bytes) -> None:
        self._nothing_came = False
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    def eof_received(self) -> None:
        self.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionLost(nothing_came=self._nothing_came))

    # httptools' callbacks

    def on_header(self, name: bytes, value: bytes) -> None:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers = self._answer.headers
        if key == "set-cookie":
            self._answer.cookies.append(text)
        else:
            headers[key] = f"{headers[key]},{text}" if key in headers else text

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)

    def on_message_complete(self) -> None:
        self._answer.status = self._parser.get_status_code()
        self._answer.body = b"".join(self._parts)
        if not self._parser.should_keep_alive():
            self.close()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(self._answer)
