"""An HTTP API before the sample's functions: its routes, and what it says to raw bytes."""

import asyncio

from localcloud.front import Front
from localcloud.stack import Route

ROUTES = [
    Route("ANY /echo/{proxy+}", "echo"),
    Route("GET /echo/items/{id}", "echo"),
    Route("POST /act", "act_directly", timeout=1.5),
    Route("POST /none", "none"),
]


async def raw(front: Front, request: bytes) -> bytes:
    """What the front answers to some bytes, until it has told all of one answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    writer.close()
    return head + body


async def everything(front: Front, *sent: bytes) -> bytes:
    """All that the front says to some bytes until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    for part in sent:
        writer.write(part)
        await writer.drain()
    answer = await reader.read()
    writer.close()
    return answer
