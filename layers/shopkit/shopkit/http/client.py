"""A pool of kept-alive connections to one origin.

httpx would do, and costs 12 times the CPU: 82 ms instead of 7 up to the first answer, 1.2 ms instead of 0.1 for each
further one (docs/decisions/0005).
"""

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shopkit.http.connection import Connection, ConnectionLost, HttpAnswer

if TYPE_CHECKING:
    import ssl

REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""Idempotent methods (RFC 9110 §9.2.2)."""


@cache
def _tls_context() -> "ssl.SSLContext":
    """Made once: reading the system's certificates takes some 30 ms."""
    import ssl

    return ssl.create_default_context()


class HttpClient:
    """Talks to the origin of `url`; paths are given to each request. Follows no redirects."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            msg = f"Not an http(s) address: {url!r}"
            raise ValueError(msg)
        self.host = parts.netloc.rpartition("@")[2]
        self.base_path = parts.path.rstrip("/")
        self._address = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = _tls_context() if parts.scheme == "https" else None
        self._idle: list[Connection] = []

    async def request(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        *,
        seconds: float,
        may_repeat: bool = False,
    ) -> HttpAnswer:
        """The answer to one request, within `seconds`.

        Raises OSError (ConnectionError among them) where the peer does not answer and TimeoutError when time is
        up. A request on a connection that the peer had closed meanwhile is sent again on a new one, if it is
        idempotent, or may be repeated.
        """
        headers = {"host": self.host, **headers}
        async with asyncio.timeout(seconds):
            if (kept := self._kept()) is not None:
                try:
                    return await self._ask(kept, method, target, headers, body)
                except ConnectionLost as lost:
                    if not (lost.nothing_came and (may_repeat or method in REPEATABLE)):
                        raise
            return await self._ask(await self._connect(), method, target, headers, body)

    def _kept(self) -> Connection | None:
        while self._idle:
            if (connection := self._idle.pop()).is_usable:
                return connection
            connection.close()
        return None

    def close(self) -> None:
        """Close the connections that are kept; the next request makes another."""
        while self._idle:
            self._idle.pop().close()

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, *self._address, ssl=self._tls)
        return connection

    async def _ask(
        self, connection: Connection, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> HttpAnswer:
        try:
            answer = await connection.ask(method, self.base_path + target, headers, body)
        except BaseException:  # cancellation included: an answer may still be on its way
            connection.close()
            raise
        if connection.is_open:
            self._idle.append(connection)
        return answer
