"""The lines between the functions and what they depend on: TCP proxies that can be cut, slow, or break off."""

import asyncio
import re
import socket
import struct
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

DELAY = 2.0
"""Seconds that each answer takes longer on a slow line."""
FIRST_BYTES = 5
CHUNK = 65_536
FUNCTION = re.compile(rb"/functions/(\w+?)Function/")
OUT_OF_ORDER = (
    b"HTTP/1.1 500 Internal Server Error\r\nx-amzn-errortype: ServiceException\r\ncontent-type: application/json\r\n"
    b"content-length: 2\r\n\r\n{}"
)
"""What Invoke answers where Lambda cannot run a function."""
RESET = struct.pack("ii", 1, 0)
Address = tuple[str, int]
Result = TypeVar("Result")


class Fault(StrEnum):
    DOWN = "down"
    SLOW = "+2 s"
    RESETS = "resets"


@dataclass(eq=False)
class Line:
    """What leads to one dependency; `fault` is None while all is well.

    One that is down refuses connections, where `listens_at` is known; a function's line cannot, for the port is that
    of all functions: it answers for Lambda.
    """

    to: Address
    listens_at: Address | None = None
    fault: Fault | None = None
    server: asyncio.Server | None = None
    clients: set[StreamWriter] = field(default_factory=set)

    async def change(self, fault: Fault | None, listen: Callable[[], Coroutine[Any, Any, asyncio.Server]]) -> None:
        """Let a fault begin or end; a server that dies leaves no connection open."""
        self.fault = fault
        if fault is Fault.DOWN:
            if self.server is not None:
                self.server.close()
            for client in self.clients:
                _break_off(client)
        elif self.server is not None and not self.server.is_serving():
            self.server = await listen()

    async def carry(self, first: bytes, asking: StreamReader, client: StreamWriter) -> None:
        """A connection from its first bytes to its end."""
        self.clients.add(client)
        try:
            if self.fault is Fault.DOWN:
                client.write(OUT_OF_ORDER)
                return
            answering, server = await asyncio.open_connection(*self.to)
            server.write(first)
            async with asyncio.TaskGroup() as both:
                both.create_task(_pass_on(asking, server))
                both.create_task(self._pass_back(answering, client))
        finally:
            self.clients.discard(client)

    async def _pass_back(self, answering: StreamReader, client: StreamWriter) -> None:
        """Pass answers on as late as the line is slow, never one before another."""
        loop = asyncio.get_running_loop()
        due = 0.0
        while chunk := await answering.read(CHUNK):
            if self.fault is Fault.RESETS:
                client.write(chunk[:FIRST_BYTES])
                _break_off(client)
                return
            due = max(due, loop.time() + (DELAY if self.fault is Fault.SLOW else 0))
            loop.call_at(due, client.write, chunk)
        loop.call_at(due, client.close)


class Lines:
    """Proxies in a thread of their own, by the name of the dependency."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._serving: set[asyncio.Task[None]] = set()

    @contextmanager
    def running(self) -> Iterator["Lines"]:
        thread = threading.Thread(target=self._loop.run_forever)
        thread.start()
        try:
            yield self
        finally:
            self._do(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()

    def lead(self, name: str, to: Address, *, at: Address) -> None:
        """A line to a server, which begins at an address."""
        self._lines[name] = line = Line(to, at)
        line.server = self._do(self._listen(at, lambda _: line))

    def lead_to_functions(self, names: Iterable[str], to: Address, *, at: Address) -> None:
        """A line of its own to each of these behind an Invoke API: of a service's connections, each asks one other."""
        self._lines |= {name: Line(to) for name in names}
        others = Line(to)
        self._do(self._listen(at, lambda first: self._lines.get(_function_in(first), others)))

    @contextmanager
    def broken(self, name: str, fault: Fault) -> Iterator[None]:
        self._do(self._change(name, fault))
        try:
            yield
        finally:
            self._do(self._change(name, None))

    def _do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _change(self, name: str, fault: Fault | None) -> None:
        line = self._lines[name]
        await line.change(fault, lambda: self._listen(line.listens_at or line.to, lambda _: line))

    async def _listen(self, at: Address, line_for: Callable[[bytes], Line]) -> asyncio.Server:
        async def serve(asking: StreamReader, client: StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._serving.add(task)
            with suppress(OSError, ExceptionGroup):
                if first := await asking.read(CHUNK):
                    await line_for(first).carry(first, asking, client)
            client.close()
            self._serving.discard(task)

        server = await asyncio.start_server(serve, *at)
        self._servers.append(server)
        return server

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)


def _function_in(request: bytes) -> str:
    found = FUNCTION.search(request)
    return found[1].decode().lower() if found else ""


async def _pass_on(asking: StreamReader, server: StreamWriter) -> None:
    try:
        while chunk := await asking.read(CHUNK):
            server.write(chunk)
            await server.drain()
    finally:
        server.close()


def _break_off(client: StreamWriter) -> None:
    """Reset the connection, as the kernel does for a process that is gone (RST)."""
    opened: socket.socket = client.get_extra_info("socket")
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    client.transport.abort()
