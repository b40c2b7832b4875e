"""Lambda's pollers: they receive messages from queues, hand them to functions in batches, and delete what was done.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from localcloud.aws_client import AwsClient, RefusedError
from localcloud.invocation import Outcome
from localcloud.journal import Journal
from localcloud.lambdas import Limits, Pool, TooManyRequestsError
from localcloud.stack import ACCOUNT, EventSource

_WAIT_SECONDS = 20  # SQS's longest
_PAUSE_SECONDS = 0.2  # where SQS does not answer: it is being started again
_BATCH_LIMIT = 10  # of SQS; Lambda makes larger batches of several

Message = dict[str, Any]


class Poller:
    """Serves one event source. What failed, or was not answered, comes back after the queue's visibility timeout."""

    def __init__(self, source: EventSource, pool: Pool, aws: AwsClient, journal: Journal) -> None:
        self._source = source
        self._pool = pool
        self._aws = aws
        self._journal = journal
        self._room = asyncio.Semaphore(source.concurrency or Limits().environments)

    async def run(self) -> None:
        """Poll for ever; one call waits, however many batches run."""
        async with asyncio.TaskGroup() as deliveries:
            while True:
                await self._room.acquire()
                batch = await self._receive()
                if batch:
                    deliveries.create_task(self._deliver(batch)).add_done_callback(lambda _: self._room.release())
                else:
                    self._room.release()

    async def _receive(self) -> list[Message]:
        count = min(self._source.batch_size, _BATCH_LIMIT)
        wanted = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
        try:
            answer = await self._aws.sqs(
                "ReceiveMessage",
                self._source.queue,
                MaxNumberOfMessages=count,
                WaitTimeSeconds=_WAIT_SECONDS,
                **wanted,
            )
        except (OSError, RefusedError):
            await asyncio.sleep(_PAUSE_SECONDS)
            return []
        messages: list[Message] = answer.get("Messages", [])
        return messages

    async def _deliver(self, batch: list[Message]) -> None:
        began = time.monotonic()
        failed = await self._invoke(batch)
        done = [message for message in batch if message["MessageId"] not in failed]
        if done:
            entries = [{"Id": str(n), "ReceiptHandle": each["ReceiptHandle"]} for n, each in enumerate(done)]
            with suppress(OSError, RefusedError):  # then they come once more
                await self._aws.sqs("DeleteMessageBatch", self._source.queue, Entries=entries)
        for message in batch:
            outcome = "failed" if message["MessageId"] in failed else "done"
            self._journal.note(self._source, message, outcome, time.monotonic() - began)

    async def _invoke(self, batch: Sequence[Message]) -> set[str]:
        """The ids of the messages that are not done."""
        event = {"Records": [_record(message, self._source, self._pool.function.region) for message in batch]}
        ids = {message["MessageId"] for message in batch}
        try:
            outcome = await self._pool.submit(json.dumps(event).encode()).outcome
        except TooManyRequestsError:
            return ids
        if outcome.is_error:
            return ids
        return _reported_failures(outcome, ids) if self._source.reports_failures else set()


def _reported_failures(outcome: Outcome, ids: set[str]) -> set[str]:
    """What a function reports as failed; all, if its report makes no sense.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    """
    try:
        report = json.loads(outcome.payload) or {}
        failed = {failure["itemIdentifier"] for failure in report.get("batchItemFailures") or ()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return ids
    return ids if failed - ids else failed


def _record(message: Message, source: EventSource, region: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event."""
    attributes = {name: _attribute(attribute) for name, attribute in message.get("MessageAttributes", {}).items()}
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{region}:{ACCOUNT}:{source.queue}",
        "awsRegion": region,
    }
    digest = message.get("MD5OfMessageAttributes")
    return record | ({"md5OfMessageAttributes": digest} if digest else {})


def _attribute(attribute: Mapping[str, Any]) -> dict[str, Any]:
    values = {f"{name[0].lower()}{name[1:]}": value for name, value in attribute.items()}
    return {"stringListValues": [], "binaryListValues": []} | values
