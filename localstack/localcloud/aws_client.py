"""A client of the AWS APIs that run here: HTTP/1.1 on kept connections, in the supervisor's event loop."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from localcloud.stack import ACCOUNT

QUEUES = "/_localcloud/queues"
"""Where the queues can be looked into, beside SQS itself."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class RefusedError(Exception):
    """AWS's API answered with an error; the message is its body."""


class AwsClient:
    """Calls on loopback. All raise OSError where nobody answers, and RefusedError."""

    def __init__(self, port: int, region: str) -> None:
        self._port = port
        self._idle: list[Connection] = []
        # Nobody looks at the signature; its scope says which service and region are meant.
        self._scope = f"AWS4-HMAC-SHA256 Credential=local/20000101/{region}/sqs/aws4_request"

    async def sqs(self, operation: str, queue: str, **parameters: Any) -> dict[str, Any]:
        """An operation of SQS on a queue, named as in the API."""
        body = {"QueueUrl": f"http://127.0.0.1:{self._port}/{ACCOUNT}/{queue}", **parameters}
        answer: dict[str, Any] = await self._ask("POST", "/", body, f"x-amz-target: AmazonSQS.{operation}\r\n")
        return answer

    async def get(self, path: str) -> Any:
        return await self._ask("GET", path)

    async def post(self, path: str, body: Any) -> Any:
        return await self._ask("POST", path, body)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()

    async def _ask(self, method: str, path: str, body: Any = None, headers: str = "") -> Any:
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: {self._scope}\r\n{headers}"
            f"content-type: application/x-amz-json-1.0\r\ncontent-length: {len(content)}\r\n\r\n"
        )
        reader, writer = await self._connect()
        try:
            writer.write(head.encode() + content)
            status, answer = await _read(reader)
        except asyncio.IncompleteReadError as error:
            writer.close()
            raise ConnectionResetError("The connection ended before the answer did.") from error
        except BaseException:
            writer.close()
            raise
        self._idle.append((reader, writer))
        if status != HTTPStatus.OK:
            raise RefusedError(answer.decode(errors="replace"))
        return json.loads(answer or b"{}")

    async def _connect(self) -> Connection:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            with suppress(OSError):
                writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = (line.partition(":") for line in head[1:] if line)
    headers = {name.lower(): value.strip() for name, _, value in fields}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return int(head[0].split()[1]), body
