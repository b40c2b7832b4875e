"""An HTTP server on loopback that answers what a test says, also badly."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Respond = Callable[[bytes], Awaitable[bytes | None]]
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\r\nhi"


class Server:
    """Answers each request with what `respond` says; None breaks the connection off."""

    def __init__(self, respond: Respond) -> None:
        self.respond, self.requests, self.connections = respond, list[bytes](), 0
        self._serving: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for task, writer in self._serving.items():
                task.cancel()
                writer.close()
            await asyncio.gather(*self._serving, return_exceptions=True)
            for writer in self._serving.values():
                with suppress(ConnectionError):
                    await writer.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._serving[asyncio.create_task(self._serve(reader, writer))] = writer

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.split(b"\r\n")
                length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))
                request = head + await reader.readexactly(length)
                self.requests.append(request)
                answer = await self.respond(request)
                if answer is None:
                    break
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def always_ok(_: bytes) -> bytes:
    return OK


async def never(_: bytes) -> None:
    await asyncio.Event().wait()
