"""A load of kept-alive clients from a process of its own: each asks again as soon as it was answered.

`python -m shopcli.bench.load URL CLIENTS SECONDS` prints requests a second; loopback addresses only.
"""

import asyncio
import contextlib
import sys
import time
from functools import partial
from http import HTTPStatus
from urllib.parse import urlsplit

import httptools

PATIENCE = 60.0
"""Seconds that the last answers may take."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Client(asyncio.Protocol):
    """One connection that asks until the time is up; counts its answers."""

    def __init__(self, request: bytes, until: float) -> None:
        self.answers, self.failures = 0, 0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request, self._until = request, until

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.answers += 1
        self.failures += self._parser.get_status_code() != HTTPStatus.OK
        if self._parser.should_keep_alive() and time.monotonic() < self._until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        if not self.ended.done():
            self.ended.set_result(None)


async def measure(url: str, clients: int, seconds: float) -> float:
    """Requests a second. Raises ValueError for other machines and RuntimeError if an answer was not 200."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host not in LOOPBACK:
        msg = "Load goes to this machine only."
        raise ValueError(msg)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    request = f"GET {target} HTTP/1.1\r\nhost: {parts.netloc}\r\naccept: application/json\r\n\r\n".encode()
    started = time.monotonic()

    async def keep_asking() -> tuple[int, int]:
        """A client that connects anew wherever the server closes after each answer."""
        answers = failures = 0
        while time.monotonic() < started + seconds:
            make = partial(Client, request, started + seconds)
            _, client = await asyncio.get_running_loop().create_connection(make, host, parts.port or 80)
            await client.ended
            answers, failures = answers + client.answers, failures + client.failures
        return answers, failures

    async with asyncio.timeout(seconds + PATIENCE):
        counted = await asyncio.gather(*(keep_asking() for _ in range(clients)))
    if failures := sum(failed for _, failed in counted):
        msg = f"{failures} answers were not 200."
        raise RuntimeError(msg)
    return sum(answered for answered, _ in counted) / (time.monotonic() - started)


if __name__ == "__main__":
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    print(asyncio.run(measure(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))
