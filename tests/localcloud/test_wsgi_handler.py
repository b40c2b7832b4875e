"""Connections to AWS's APIs: kept, and in step."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from localcloud.aws import Aws
from localcloud.aws_client import QUEUES, AwsClient, RefusedError
from localcloud.stack import QUEUE, Resource
from localcloud.state import free_port

REGION = "eu-central-1"


@pytest_asyncio.fixture
async def cloud(tmp_path: Path) -> AsyncIterator[Aws]:
    server = Aws(tmp_path, free_port(), {"Off": Resource(QUEUE, {})}, REGION)
    await server.start()
    yield server
    await server.stop()


class TestConnections:
    async def test_are_kept(self, cloud: Aws) -> None:
        async with httpx.AsyncClient(base_url=cloud.url) as browser:
            answers = [await browser.request(method, "/") for method in ("GET", "HEAD", "GET")]
            streams = {answer.extensions["network_stream"].get_extra_info("client_addr") for answer in answers}
        assert len(streams) == 1
        assert answers[1].content == b""

    async def test_chunked_body(self, cloud: Aws) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            yield b'{"id"'
            yield b": null}"

        async with httpx.AsyncClient(base_url=cloud.url) as desk:
            first = await desk.post(f"{QUEUES}/Off/redrive", content=chunks())
            second = await desk.get(f"{QUEUES}/Off")
        assert (first.json(), second.json()) == ({"moved": {}, "kept": 0}, [])

    async def test_own_client(self, cloud: Aws) -> None:
        own = AwsClient(int(cloud.url.rpartition(":")[2]), REGION)
        for _ in range(2):
            assert (await own.sqs("SendMessage", "Off", MessageBody="x"))["MessageId"]
        with pytest.raises(RefusedError, match="does not exist"):
            await own.sqs("SendMessage", "Nobody", MessageBody="x")
        await own.sqs("PurgeQueue", "Off")
        own.close()
