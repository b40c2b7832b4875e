"""Passes TCP connections on from another address, for containers that cannot reach this machine's loopback."""

from __future__ import annotations

import asyncio
import contextlib

_CHUNK = 65_536


async def relay(address: str, port: int) -> asyncio.Server:
    """Listen on the address and pass everything on to the same port of loopback."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))
        writer.close()

    return await asyncio.start_server(serve, address, port)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    finally:
        writer.close()
