"""The flow of events: queues into functions, schedules, and events that functions are invoked with."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from typing import Any

from localcloud import schedules
from localcloud.aws_client import QUEUES, AwsClient, RefusedError
from localcloud.deliveries import Poller
from localcloud.event_invokes import EventInvokes
from localcloud.intrinsics import TemplateError
from localcloud.journal import Journal
from localcloud.lambdas import Pool, TooManyRequestsError
from localcloud.republishing import Forgotten, republish
from localcloud.stack import Stack


class Flow:
    """All that invokes functions without being asked over HTTP."""

    def __init__(
        self, stack: Stack, pools: Mapping[str, Pool], aws: AwsClient, region: str, record: Callable[..., None]
    ) -> None:
        self.journal = Journal()
        self.event_invokes = EventInvokes(pools, record, self._send)
        self._stack = stack
        self._pools = pools
        self._aws = aws
        self._region = region
        self._record = record
        _check(stack)

    def works(self, forgotten: Forgotten) -> Iterator[Coroutine[Any, Any, None]]:
        """What has to run for as long as the cloud does."""
        for source in self._stack.sources:
            yield Poller(source, self._pools[source.function], self._aws, self.journal).run()
        for schedule in self._stack.schedules:
            yield schedules.keep(schedule, self._region, self._invoke)
        yield republish(forgotten, self._stack.schedules, self._pools, self._region, self._record)

    async def queues(self) -> list[dict[str, Any]]:
        """How full each queue is, who consumes it, and whether it keeps what failed. None while nobody can tell."""
        try:
            queues: list[dict[str, Any]] = await self._aws.get(QUEUES)
        except (OSError, RefusedError):
            return []
        consumers = {source.queue: source.function for source in self._stack.sources}
        graves = {queue["dead_letters"] for queue in queues}
        graves |= {function.asynchronous.on_failure for function in self._stack.functions.values()}
        return [
            queue | {"consumer": consumers.get(queue["name"]), "keeps_failures": queue["name"] in graves}
            for queue in queues
        ]

    def _invoke(self, function: str, event: bytes) -> None:
        with suppress(TooManyRequestsError):
            self.event_invokes.submit(function, event)

    async def _send(self, queue: str, text: str) -> None:
        await self._aws.sqs("SendMessage", queue, MessageBody=text)


def _check(stack: Stack) -> None:
    invoked = {source.function for source in stack.sources} | {schedule.function for schedule in stack.schedules}
    if unknown := invoked - stack.functions.keys():
        raise TemplateError(f"There is no function {', '.join(sorted(unknown))} in this template.")
