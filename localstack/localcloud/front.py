"""The server of the HTTP API: uvicorn on sockets that were bound before, inside the supervisor's event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence

import uvicorn

from localcloud.connection import Connection
from localcloud.gateway import HttpApi

_KEEP_ALIVE_SECONDS = 75
_GRACE_SECONDS = 5


class Front:
    """Serves an ASGI app on some addresses of one port.

    Listening begins at once, so that clients which come early wait; answering begins with `start`.
    """

    def __init__(self, addresses: Sequence[str], port: int) -> None:
        """Raises OSError where the port is taken; port 0 takes a free one."""
        self._sockets = [_listen(addresses[0], port)]
        self.port: int = self._sockets[0].getsockname()[1]
        self._sockets += [_listen(address, self.port) for address in addresses[1:]]
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    def start(self, app: HttpApi) -> None:
        self._server = _Server(
            uvicorn.Config(
                app,
                http=Connection,
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._serving = asyncio.create_task(self._server.serve(self._sockets), name="front")

    async def stop(self) -> None:
        """Accept no more requests, and wait a little for those that are being answered."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
        for listener in self._sockets:
            listener.close()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the supervisor's affair."""
        yield


def _listen(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, port), family=family, backlog=1024)
