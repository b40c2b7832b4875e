"""Asynchronous invocations, schedules, and what is asked again after the queues were forgotten."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from factories.lambda_service import LambdaService, sample_function
from factories.waiting import eventually
from localcloud import schedules
from localcloud.event_invokes import EventInvokes
from localcloud.lambdas import Pool
from localcloud.republishing import Forgotten, republish
from localcloud.stack import Asynchronous, Schedule

REGION = "eu-central-1"
SWEEP = Schedule("Sweep", "consume", 900)


class Failures:
    """A queue that is not there for the first `missing` calls."""

    def __init__(self, missing: int = 0) -> None:
        self.sent: list[tuple[str, Any]] = []
        self._missing = missing

    async def send(self, queue: str, text: str) -> None:
        self._missing -= 1
        if self._missing >= 0:
            raise ConnectionRefusedError
        self.sent.append((queue, json.loads(text)))


Accept = Callable[..., EventInvokes]


@pytest.fixture
def failures() -> Failures:
    return Failures()


@pytest.fixture
def invokes(service: LambdaService, failures: Failures) -> Accept:
    """The events of the sample's `act`, with these rules."""

    def make(delays: tuple[float, ...] = (0.01, 0.02), **rules: Any) -> EventInvokes:
        function = replace(sample_function("act"), asynchronous=Asynchronous(**rules))
        return EventInvokes(service.lambdas(function).pools, service.record, failures.send, delays)

    return make


class TestFailure:
    async def test_is_kept_as_aws_does(self, invokes: Accept, failures: Failures) -> None:
        invocation = invokes(on_failure="Failures").submit("act", b'{"raise": "boom"}')
        await eventually(lambda: failures.sent)
        [(queue, told)] = failures.sent
        assert queue == "Failures"
        assert told["requestContext"] == {
            "requestId": invocation.request_id,
            "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:act:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        }
        assert told["requestPayload"] == {"raise": "boom"}
        assert told["responseContext"]["functionError"] == "Unhandled"
        assert told["responsePayload"]["errorMessage"] == "boom"
        assert datetime.now(UTC) - datetime.fromisoformat(told["timestamp"]) < timedelta(minutes=1)

    async def test_after_as_many_tries_as_are_wished(self, invokes: Accept, failures: Failures) -> None:
        invokes(on_failure="Failures", retries=0).submit("act", b'{"raise": "boom"}')
        await eventually(lambda: failures.sent)
        assert failures.sent[0][1]["requestContext"]["approximateInvokeCount"] == 1

    async def test_of_an_event_that_is_too_old(self, invokes: Accept, failures: Failures) -> None:
        invokes(delays=(60, 120), on_failure="Failures", oldest=59).submit("act", b'{"raise": "boom"}')
        await eventually(lambda: failures.sent)
        context = failures.sent[0][1]["requestContext"]
        assert (context["condition"], context["approximateInvokeCount"]) == ("EventAgeExceeded", 1)

    async def test_waits_for_its_queue(self, service: LambdaService) -> None:
        late = Failures(missing=1)
        function = replace(sample_function("act"), asynchronous=Asynchronous(retries=0, on_failure="Failures"))
        EventInvokes(service.lambdas(function).pools, service.record, late.send).submit("act", b'{"raise": "boom"}')
        await eventually(lambda: late.sent)

    async def test_without_a_queue_is_recorded(self, invokes: Accept, service: LambdaService) -> None:
        invokes(retries=0).submit("act", b'{"raise": "boom"}')
        await eventually(lambda: service.events)
        assert service.events[0]["event"] == "event lost"

    async def test_that_waits_for_another_try_is_given_up_at_a_stop(
        self, invokes: Accept, service: LambdaService, failures: Failures
    ) -> None:
        events = invokes(delays=(60, 120), on_failure="Failures")
        await events.submit("act", b'{"raise": "boom"}').outcome
        await events.stop()
        assert [event["event"] for event in service.events] == ["event lost"]
        assert failures.sent == []


class TestSchedule:
    def test_event(self) -> None:
        event = json.loads(schedules.scheduled_event(SWEEP, REGION, {"a": 1}))
        assert event["detail-type"] == "Scheduled Event"
        assert event["resources"] == ["arn:aws:events:eu-central-1:123456789012:rule/Sweep"]
        assert event["detail"] == {"a": 1}
        assert datetime.now(UTC) - datetime.fromisoformat(event["time"]) < timedelta(minutes=1)

    async def test_comes_once_a_period_and_not_before(self) -> None:
        loop = asyncio.get_running_loop()
        times: list[float] = []
        events: list[bytes] = []

        def invoke(_: str, event: bytes) -> None:
            times.append(loop.time())
            events.append(event)

        began = loop.time()
        task = asyncio.create_task(schedules.keep(replace(SWEEP, period=0.05, event='{"a": 1}'), REGION, invoke))
        await eventually(lambda: len(times) == 2)
        task.cancel()
        assert times[0] - began >= 0.049  # the loop's clock counts milliseconds
        assert times[1] - times[0] >= 0.049
        assert events == [b'{"a": 1}'] * 2


class TestRepublishing:
    @pytest.fixture
    def seen(self, tmp_path: Path) -> Path:
        return tmp_path / "seen"

    @pytest.fixture
    def pools(self, service: LambdaService, seen: Path) -> dict[str, Pool]:
        function = replace(sample_function("consume"), variables={"SEEN": str(seen)})
        return dict(service.lambdas(function).pools)

    @staticmethod
    def at(minute: int) -> datetime:
        return datetime(2026, 11, 23, 12, minute, tzinfo=UTC)

    @staticmethod
    def asked(seen: Path) -> list[str]:
        """Since when each republishing was wished."""
        lines = seen.read_text().splitlines() if seen.exists() else []
        return [json.loads(line)["detail"]["republish_since"] for line in lines]

    async def test_after_a_restart(
        self, pools: dict[str, Pool], service: LambdaService, tmp_path: Path, seen: Path
    ) -> None:
        forgotten = Forgotten(tmp_path / "forgotten.json")
        task = asyncio.create_task(republish(forgotten, [SWEEP], pools, REGION, service.record))
        forgotten.note_start(self.at(0))
        forgotten.note_start(self.at(1))
        await eventually(lambda: len(self.asked(seen)) == 1)
        await eventually(lambda: json.loads((tmp_path / "forgotten.json").read_text())["lost_since"] is None)
        forgotten.note_start(self.at(2))
        await eventually(lambda: len(self.asked(seen)) == 2)
        task.cancel()
        assert self.asked(seen) == [self.at(0).isoformat(), self.at(1).isoformat()]

    async def test_is_asked_again_until_it_succeeds(
        self, pools: dict[str, Pool], service: LambdaService, tmp_path: Path, seen: Path
    ) -> None:
        await asyncio.to_thread(seen.mkdir)  # where the function wants to write
        forgotten = Forgotten(tmp_path / "forgotten.json")
        for minute in range(2):
            forgotten.note_start(self.at(minute))
        task = asyncio.create_task(republish(forgotten, [SWEEP], pools, REGION, service.record))
        await eventually(lambda: service.events)
        await asyncio.to_thread(seen.rmdir)
        await eventually(lambda: self.asked(seen) == [self.at(0).isoformat()])
        task.cancel()
        assert service.events[0] == {"event": "republishing failed", "name": "consume", "retried_in": 1.0}

    async def test_is_not_forgotten_itself(
        self, pools: dict[str, Pool], service: LambdaService, tmp_path: Path, seen: Path
    ) -> None:
        before = Forgotten(tmp_path / "forgotten.json")
        for minute in range(3):  # nobody republished between the first start and the last
            before.note_start(self.at(minute))
        after = Forgotten(tmp_path / "forgotten.json")
        task = asyncio.create_task(republish(after, [SWEEP], pools, REGION, service.record))
        await eventually(lambda: self.asked(seen) == [self.at(0).isoformat()])
        task.cancel()

    async def test_is_not_settled_by_what_was_asked_before_another_start(self, tmp_path: Path) -> None:
        forgotten = Forgotten(tmp_path / "forgotten.json")
        for minute in range(2):
            forgotten.note_start(self.at(minute))
        start, since = await forgotten.wait()
        forgotten.note_start(self.at(2))
        forgotten.settle(start)
        again, still_since = await asyncio.wait_for(forgotten.wait(), 1)
        assert (again, still_since) == (start + 1, since)
