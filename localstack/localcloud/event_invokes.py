"""Asynchronous invocations: tried again when they fail, and kept in a queue when that does not help.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from localcloud.aws_client import RefusedError
from localcloud.invocation import Invocation, Outcome
from localcloud.lambdas import Pool
from localcloud.stack import LATEST

_RETRY_DELAYS = (60.0, 120.0)  # seconds, as the Lambda Developer Guide says under "Retry behavior"
_STOP_GRACE = 5
_SEND_PAUSE = 0.5  # seconds, while SQS is being started again

Send = Callable[[str, str], Awaitable[object]]


class EventInvokes:
    """The events that were accepted and have not come to their end. `send` puts a text into a queue."""

    def __init__(
        self,
        pools: Mapping[str, Pool],
        record: Callable[..., None],
        send: Send,
        retry_delays: Sequence[float] = _RETRY_DELAYS,
    ) -> None:
        self._pools = pools
        self._record = record
        self._send = send
        self._retry_delays = retry_delays
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    def submit(self, function: str, payload: bytes) -> Invocation:
        """Accept an event. Raises TooManyRequestsError where the function may not run."""
        pool = self._pools[function]
        invocation = pool.submit(payload)
        task = asyncio.create_task(self._see_through(pool, invocation))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return invocation

    async def stop(self) -> None:
        """Finish the events that run; those that wait for another try are given up, and it is recorded."""
        self._stopping.set()
        if self._running:
            await asyncio.wait(self._running, timeout=_STOP_GRACE)

    async def _see_through(self, pool: Pool, invocation: Invocation) -> None:
        """Retry an event that fails, with the same request id."""
        rules = pool.function.asynchronous
        accepted_at = time.monotonic()
        for attempt in itertools.count(1):
            outcome = await invocation.outcome
            if not outcome.is_error:
                return
            if attempt > rules.retries:
                await self._give_up(pool, invocation, outcome, "RetriesExhausted", attempt)
                return
            delay = self._retry_delays[attempt - 1]
            if time.monotonic() - accepted_at + delay > rules.oldest:
                await self._give_up(pool, invocation, outcome, "EventAgeExceeded", attempt)
                return
            if await self._is_stopping_within(delay):
                self._record("event lost", pool.function.name, request_id=invocation.request_id)
                return
            invocation = pool.submit(invocation.payload, invocation.request_id)

    async def _give_up(self, pool: Pool, invocation: Invocation, outcome: Outcome, why: str, attempts: int) -> None:
        queue = pool.function.asynchronous.on_failure
        if queue is None:
            self._record("event lost", pool.function.name, request_id=invocation.request_id)
            return
        self._record("event failed", pool.function.name, request_id=invocation.request_id, kept_in=queue)
        text = json.dumps(_failure(pool, invocation, outcome, why, attempts))
        while True:
            try:
                await self._send(queue, text)
            except (OSError, RefusedError):
                if await self._is_stopping_within(_SEND_PAUSE):
                    self._record("event lost", pool.function.name, request_id=invocation.request_id)
                    return
            else:
                return

    async def _is_stopping_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True


def _failure(pool: Pool, invocation: Invocation, outcome: Outcome, condition: str, attempts: int) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html."""
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": invocation.request_id,
            "functionArn": f"{pool.function.arn}:{LATEST}",
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": json.loads(invocation.payload),
        "responseContext": {"statusCode": 200, "executedVersion": LATEST, "functionError": "Unhandled"},
        "responsePayload": json.loads(outcome.payload),
    }
