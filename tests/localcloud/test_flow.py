"""The flow of events through a running cloud: bus, queues, functions, dead letters, mails and a killed AWS."""

import asyncio
import json
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from factories.lambda_service import SAMPLE
from factories.local_cloud import RunningCloud
from factories.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Sample:
    """A cloud of the sample's events, and what its consumer saw."""

    def __init__(self, project: Path) -> None:
        self._seen = project / "seen"
        self.cloud = RunningCloud(project, "--parameter", f"Seen={self._seen}")

    def publish(self, *details: dict[str, Any]) -> str:
        """Put events of one correlation id on the bus."""
        correlation_id = str(uuid.uuid4())
        entries = [
            {
                "Source": "orders",
                "DetailType": "order.paid",
                "EventBusName": "sample",
                "Detail": json.dumps({**detail, "correlation_id": correlation_id}),
            }
            for detail in details
        ]
        assert self.cloud.client("events").put_events(Entries=entries)["FailedEntryCount"] == 0
        return correlation_id

    def seen(self, text: str) -> list[Any]:
        """The records in which the text stands."""
        lines = self._seen.read_text().splitlines() if self._seen.exists() else []
        return [json.loads(line) for line in lines if text in line]

    async def arrived(self, text: str, times: int = 1) -> list[Any]:
        await eventually(lambda: len(self.seen(text)) >= times, seconds=20)
        return self.seen(text)

    def url(self, queue: str) -> str:
        url: str = self.cloud.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
        return url

    async def console(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.cloud.facts["console_url"]) as client:
            return await client.get(path)

    async def queue(self, name: str) -> dict[str, Any]:
        queues = (await self.console("/events.json")).json()["queues"]
        found: dict[str, Any] = next(queue for queue in queues if queue["name"] == name)
        return found

    async def letter(self, queue: str, text: str) -> dict[str, Any]:
        """The message of a queue in which the text stands, once it is there."""
        found: list[dict[str, Any]] = []

        async def is_there() -> bool:
            async with httpx.AsyncClient() as client:
                letters = (await client.get(f"{self.cloud.facts['queues_url']}/{queue}")).json()
            found[:] = [letter for letter in letters if text in letter["body"]]
            return bool(found)

        await self.cloud.until(is_there)
        return found[0]


@pytest.fixture(scope="module")
def project() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="localcloud-") as folder:
        Path(folder).chmod(0o711)
        project = Path(folder) / "project"
        shutil.copytree(SAMPLE, project)
        project.chmod(0o711)
        shutil.copy(project / "events.yaml", project / "template.yaml")
        yield project


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def sample(project: Path) -> AsyncIterator[Sample]:
    sample = Sample(project)
    await sample.cloud.start()
    yield sample
    await sample.cloud.stop()


class TestDelivery:
    async def test_record_is_as_lambda_gives_it(self, sample: Sample) -> None:
        body = json.dumps({"correlation_id": "direct"})
        sent = sample.cloud.client("sqs").send_message(
            QueueUrl=sample.url("Inbox"),
            MessageBody=body,
            MessageAttributes={"of": {"DataType": "String", "StringValue": "tests"}},
        )
        [record] = await sample.arrived('"direct')
        times = {record["attributes"].pop(name) for name in ("SentTimestamp", "ApproximateFirstReceiveTimestamp")}
        assert all(time.isdecimal() for time in times)
        assert record.pop("receiptHandle")
        assert record == {
            "messageId": sent["MessageId"],
            "body": body,
            "attributes": {"SenderId": record["attributes"]["SenderId"], "ApproximateReceiveCount": "1"},
            "messageAttributes": {
                "of": {"dataType": "String", "stringValue": "tests", "stringListValues": [], "binaryListValues": []}
            },
            "md5OfBody": sent["MD5OfMessageBody"],
            "md5OfMessageAttributes": sent["MD5OfMessageAttributes"],
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:Inbox",
            "awsRegion": "eu-central-1",
        }

    async def test_from_the_bus_to_the_consumer_and_no_further(self, sample: Sample) -> None:
        published = sample.publish({"n": 1}, {"n": 2})
        records = await sample.arrived(published, times=2)
        assert {json.loads(record["body"])["detail"]["n"] for record in records} == {1, 2}

        async def is_empty() -> bool:
            inbox = await sample.queue("Inbox")
            return (inbox["waiting"], inbox["in_flight"]) == (0, 0)

        await sample.cloud.until(is_empty)

    async def test_only_what_failed_comes_again(self, sample: Sample) -> None:
        published = sample.publish({"fail": True, "n": "bad"}, {"n": "good"})
        letter = await sample.letter("inbox-dead", published)
        records = await sample.arrived(published, times=3)
        seen = [json.loads(record["body"])["detail"]["n"] for record in records]
        assert sorted(seen) == ["bad", "bad", "good"]
        assert letter["source"] == "arn:aws:sqs:eu-central-1:123456789012:Inbox"
        await self.redrive(sample, published, letter["id"])

    async def redrive(self, sample: Sample, published: str, message_id: str) -> None:
        """What is sent back is tried anew, as often as before."""
        async with httpx.AsyncClient() as client:
            url = f"{sample.cloud.facts['queues_url']}/inbox-dead/redrive"
            assert (await client.post(url, json={"id": message_id})).json() == {"moved": {"Inbox": 1}, "kept": 0}
        await sample.arrived(published, times=5)

    @pytest.mark.parametrize("wish", ["raise", "kill"])
    async def test_batch_of_a_function_that_ends_badly_comes_again(self, sample: Sample, wish: str) -> None:
        published = sample.publish({wish: True})
        records = await sample.arrived(published, times=2)
        assert [record["attributes"]["ApproximateReceiveCount"] for record in records] == ["1", "2"]

    async def test_is_told(self, sample: Sample) -> None:
        published = sample.publish({"fail": True})
        await sample.arrived(published, times=2)

        async def told() -> list[tuple[Any, ...]]:
            facts = ("queue", "function", "type", "outcome", "attempt")
            deliveries = (await sample.console("/events.json")).json()["deliveries"]
            return [tuple(one[fact] for fact in facts) for one in deliveries if one["correlation_id"] == published]

        async def both_are() -> bool:
            return len(await told()) == 2

        await sample.cloud.until(both_are)
        assert await told() == [("Inbox", "Consumer", "order.paid", "failed", n) for n in (1, 2)]

    async def test_status_knows_the_queues(self, sample: Sample) -> None:
        inbox, dead, failures = [await sample.queue(name) for name in ("Inbox", "inbox-dead", "Failures")]
        assert (inbox["consumer"], inbox["keeps_failures"]) == ("Consumer", False)
        assert (dead["consumer"], dead["keeps_failures"]) == (None, True)
        assert failures["keeps_failures"]
        assert len((await sample.cloud.status())["queues"]) == 4


class TestFailedEvent:
    async def test_is_kept_in_its_queue(self, sample: Sample) -> None:
        event = {"Records": [{"body": json.dumps({"detail": {"raise": True}}), "messageId": "1"}]}
        sample.cloud.client("lambda").invoke(
            FunctionName="Consumer:live", InvocationType="Event", Payload=json.dumps(event).encode()
        )
        letter = await sample.letter("Failures", "RetriesExhausted")
        told = json.loads(letter["body"])
        assert told["requestContext"]["condition"] == "RetriesExhausted"
        assert told["requestPayload"] == event
        assert told["responsePayload"]["errorType"] == "ValueError"


class TestMails:
    async def send(self, sample: Sample, subject: str, html: str) -> str:
        body = {"Text": {"Data": "a < b"}, "Html": {"Data": html}}
        content = {"Simple": {"Subject": {"Data": subject}, "Body": body}}
        sent = await asyncio.to_thread(
            sample.cloud.client("sesv2").send_email,
            FromEmailAddress="shop@example.com",
            Destination={"ToAddresses": ["ann@example.com"]},
            Content=content,
        )
        message_id: str = sent["MessageId"]
        return message_id

    async def test_stand_in_the_console(self, sample: Sample) -> None:
        message_id = await self.send(sample, "<b>Hi", '<script>alert("x")</script>')
        assert [mail["id"] for mail in (await sample.console("/mails.json")).json()] == [message_id]
        listing = await sample.console("/mails")
        assert "&lt;b&gt;Hi" in listing.text
        page = await sample.console(f"/mails/{message_id}")
        assert "a &lt; b" in page.text
        assert "srcdoc=" in page.text
        assert 'sandbox="' in page.text
        assert "<script" not in page.text
        for answer in (listing, page):
            assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert (await sample.console("/mails/nobody")).status_code == 404
        assert (await sample.cloud.status())["mails"] == 1


class TestForgetting:
    """A moto that dies takes its queues with it; whoever publishes is asked to do it again."""

    async def kill(self, sample: Sample) -> None:
        aws = sample.cloud.processes()["aws"]
        os.kill(aws.pid, signal.SIGKILL)
        await eventually(lambda: not aws.is_alive())

        async def is_up() -> bool:
            services = (await sample.cloud.status())["services"]
            return all(service["up"] for service in services if service["name"] == "aws")

        await sample.cloud.until(is_up)

    async def test_killed_aws(self, sample: Sample) -> None:
        started = self.starts(sample)[-1]
        mails = (await sample.cloud.status())["mails"]
        sample.publish({"raise": True})
        await self.kill(sample)
        [asked] = await sample.arrived("republish_since")
        assert asked["detail-type"] == "Scheduled Event"
        assert asked["detail"]["republish_since"] <= started
        assert [queue["waiting"] for queue in (await sample.console("/events.json")).json()["queues"]] == [0] * 4
        published = sample.publish({"after": True})
        await sample.arrived(published)
        assert (await sample.cloud.status())["mails"] == mails

    async def test_stopped_and_started(self, sample: Sample) -> None:
        before = len(sample.seen("republish_since"))
        assert await sample.cloud.stop() == 0
        await sample.cloud.start()
        await sample.arrived("republish_since", times=before + 1)
        await sample.arrived(sample.publish({"after": True}))

    def starts(self, sample: Sample) -> list[str]:
        """When AWS's emulator was up."""
        lines = (sample.cloud.state.folder / "events.jsonl").read_text().splitlines()
        events = [json.loads(line) for line in lines]
        return [event["time"] for event in events if event["name"] == "aws" and "started" in event["event"]]
