"""Pollers between SQS and functions, one source each."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from factories.lambda_service import LambdaService, sample_function
from factories.waiting import eventually
from localcloud.aws import Aws
from localcloud.aws_client import QUEUES, AwsClient
from localcloud.deliveries import Poller
from localcloud.journal import Journal
from localcloud.stack import QUEUE, EventSource, Resource
from localcloud.state import free_port

REGION, INBOX = "eu-central-1", "Inbox"
SOURCE = EventSource(INBOX, "consume", batch_size=1, reports_failures=True)


@pytest_asyncio.fixture
async def aws(tmp_path: Path) -> AsyncIterator[AwsClient]:
    server = Aws(tmp_path / "aws", free_port(), {INBOX: Resource(QUEUE, {"VisibilityTimeout": 600})}, REGION)
    await server.start()
    client = AwsClient(int(server.url.rpartition(":")[2]), REGION)
    yield client
    client.close()
    await server.stop()


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    return tmp_path / "seen"


Start = Callable[..., Journal]


@pytest_asyncio.fixture
async def start(aws: AwsClient, service: LambdaService, seen: Path) -> AsyncIterator[Start]:
    """Starts a poller; answers what it notes."""
    tasks: list[asyncio.Task[None]] = []

    def run(source: EventSource = SOURCE, reserved: int | None = None) -> Journal:
        function = replace(sample_function("consume", reserved=reserved), variables={"SEEN": str(seen)})
        pool = service.lambdas(function, environments=4, starting_at_once=4).pools["consume"]
        journal = Journal()
        tasks.append(asyncio.create_task(Poller(source, pool, aws, journal).run()))
        return journal

    yield run
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def send(aws: AwsClient, **wish: Any) -> None:
    await aws.sqs("SendMessage", INBOX, MessageBody=json.dumps({"detail": wish}))


async def left(aws: AwsClient) -> list[str]:
    """The state of each message that is still in the queue."""
    return [message["state"] for message in await aws.get(f"{QUEUES}/{INBOX}")]


def outcomes(journal: Journal) -> list[str]:
    return [delivery["outcome"] for delivery in journal.recent()]


class TestReport:
    """What a function says of a batch.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    """

    @pytest.mark.parametrize(
        "answer", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}, {"other": "things"}]
    )
    async def test_that_all_is_well(self, start: Start, aws: AwsClient, answer: Any) -> None:
        journal = start()
        await send(aws, answer=answer)
        await eventually(lambda: outcomes(journal) == ["done"])
        assert await left(aws) == []

    @pytest.mark.parametrize(
        "answer",
        [
            {"batchItemFailures": [{"itemIdentifier": ""}]},
            {"batchItemFailures": [{"itemIdentifier": None}]},
            {"batchItemFailures": [{"itemIdentifier": "unknown"}]},
            {"batchItemFailures": [{"identifier": "x"}]},
            {"batchItemFailures": "all"},
            ["all"],
        ],
    )
    async def test_that_makes_no_sense(self, start: Start, aws: AwsClient, answer: Any) -> None:
        journal = start()
        await send(aws, answer=answer)
        await eventually(lambda: outcomes(journal) == ["failed"])
        assert await left(aws) == ["in flight"]

    async def test_that_nobody_asked_for(self, start: Start, aws: AwsClient) -> None:
        journal = start(replace(SOURCE, reports_failures=False))
        await send(aws, fail=True)
        await eventually(lambda: outcomes(journal) == ["done"])
        assert await left(aws) == []


class TestConcurrency:
    async def test_is_as_high_as_the_source_says(
        self, start: Start, aws: AwsClient, service: LambdaService, seen: Path, tmp_path: Path
    ) -> None:
        gate = tmp_path / "gate"
        for _ in range(4):
            await send(aws, wait_for=str(gate))
        journal = start(replace(SOURCE, concurrency=2))
        await eventually(lambda: seen.exists() and len(seen.read_text().splitlines()) == 2)
        assert sorted(await left(aws)) == ["in flight"] * 2 + ["waiting"] * 2
        gate.touch()
        await eventually(lambda: outcomes(journal) == ["done"] * 4)

    async def test_of_a_function_that_may_not_run(self, start: Start, aws: AwsClient) -> None:
        journal = start(reserved=0)
        await send(aws)
        await eventually(lambda: outcomes(journal) == ["failed"])
        assert await left(aws) == ["in flight"]


async def test_waits_for_sqs_to_come_back(start: Start, service: LambdaService, tmp_path: Path, seen: Path) -> None:
    port = free_port()
    client = AwsClient(port, REGION)
    function = replace(sample_function("consume"), variables={"SEEN": str(seen)})
    task = asyncio.create_task(Poller(SOURCE, service.lambdas(function).pools["consume"], client, Journal()).run())
    server = Aws(tmp_path / "late", port, {INBOX: Resource(QUEUE, {})}, REGION)
    await server.start()
    await send(client)
    await eventually(seen.exists)
    task.cancel()
    client.close()
    await server.stop()


class TestJournal:
    def note(self, body: str) -> dict[str, Any]:
        journal = Journal()
        message = {"MessageId": "1", "Body": body, "Attributes": {"ApproximateReceiveCount": "2"}}
        journal.note(SOURCE, message, "done", 0.0123)
        [delivery] = journal.recent()
        return delivery

    @pytest.mark.parametrize(
        ("body", "kind", "correlation_id"),
        [
            ('{"detail-type": "order.paid", "detail": {"correlation_id": "c"}}', "order.paid", "c"),
            ('{"reminder": "outbox", "correlation_id": "c"}', None, "c"),
            ('{"detail": "text"}', None, None),
            ("[1]", None, None),
            ("no json", None, None),
            ("[" * 100_000, None, None),
            ('{"detail-type": ["a"], "detail": {"correlation_id": {"b": 1}}}', "['a']", "{'b': 1}"),
        ],
    )
    def test_tells_what_a_message_is(self, body: str, kind: str | None, correlation_id: str | None) -> None:
        delivery = self.note(body)
        assert (delivery["type"], delivery["correlation_id"]) == (kind, correlation_id)
        assert (delivery["number"], delivery["attempt"], delivery["ms"]) == (1, 2, 12.3)
