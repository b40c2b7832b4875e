"""What stands in the outbox reaches the bus: late commits, dead buses and killed relays included."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from factories.events import LambdaContext
from factories.queue_events import failed_items, reminder_message, scheduled, sqs_batch
from shopkit import context
from shopkit.aws import event_bus
from shopkit.aws.event_bus import LARGEST_REQUEST
from shopkit.db.forgetting import Kept
from shopkit.events.inbox import RECEIVED
from shopkit.events.publishing import ENOUGH_FOR_A_ROUND, publish_again
from shopkit.events.relaying import UnknownCommand, relay

from .conftest import Queue, count

Run = Callable[[Awaitable[Any]], Any]
LATE = LambdaContext(milliseconds=int(ENOUGH_FOR_A_ROUND * 1000))


def write(connection: psycopg.Connection, number: int, *, data: Any = None, **columns: Any) -> UUID:
    """Put an event into the outbox."""
    row = {"type": "thing.made", "version": number, "correlation_id": f"c{number}", **columns}
    row["data"] = json.dumps({"number": number} if data is None else data)
    names = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, row))
    values = psycopg.sql.SQL(", ").join([psycopg.sql.Placeholder()] * len(row))
    query = psycopg.sql.SQL("INSERT INTO outbox ({}) VALUES ({}) RETURNING id").format(names, values)
    made = connection.execute(query, list(row.values())).fetchone()
    assert made is not None
    event_id: UUID = made[0]
    return event_id


def numbers(queue: Queue) -> list[int]:
    return [message["detail"]["data"]["number"] for message in queue.receive()]


def states(sql: psycopg.Connection) -> list[tuple[Any, ...]]:
    return sql.execute("SELECT version, status, attempts FROM outbox ORDER BY position").fetchall()


def due_again(sql: psycopg.Connection) -> None:
    """As if the pause, or the lease, were over."""
    sql.execute("UPDATE outbox SET claimed_until = now() WHERE claimed_until IS NOT NULL")


class TestPublishing:
    def test_nothing(self, sql: psycopg.Connection, bus: Queue) -> None:
        assert relay()({}, LambdaContext()) == {"published": 0, "failed": 0}

    def test_an_event_with_its_envelope(self, sql: psycopg.Connection, bus: Queue) -> None:
        event_id = write(sql, 7, occurred_at=datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC))
        assert relay()({}, LambdaContext()) == {"published": 1, "failed": 0}
        (message,) = bus.receive()
        assert (message["source"], message["detail-type"]) == ("tests", "thing.made")
        assert message["detail"] == {
            "id": str(event_id),
            "type": "thing.made",
            "version": 7,
            "source": "tests",
            "time": "2026-11-23T12:00:00Z",
            "correlation_id": "c7",
            "data": {"number": 7},
        }
        assert states(sql) == [(7, "published", 1)]

    def test_many_rounds_in_order(self, sql: psycopg.Connection, bus: Queue) -> None:
        for number in range(25):
            write(sql, number)
        assert relay()({}, LambdaContext()) == {"published": 25, "failed": 0}
        assert sorted(numbers(bus)) == list(range(25))

    def test_once_only(self, sql: psycopg.Connection, bus: Queue) -> None:
        write(sql, 1)
        relay()({}, LambdaContext())
        assert relay()({}, LambdaContext()) == {"published": 0, "failed": 0}
        assert numbers(bus) == [1]

    def test_what_commits_late_is_not_lost(self, tables: str, sql: psycopg.Connection, bus: Queue) -> None:
        """Its position is the lower one, and the relay has already gone past it."""
        with psycopg.connect(tables) as slow:
            write(slow, 1)
            write(sql, 2)
            relay()({}, LambdaContext())
            assert numbers(bus) == [2]
            slow.commit()
        relay()({}, LambdaContext())
        assert numbers(bus) == [1]

    def test_what_another_relay_is_claiming_is_left_to_it(
        self, tables: str, sql: psycopg.Connection, bus: Queue
    ) -> None:
        for number in (1, 2):
            write(sql, number)
        with psycopg.connect(tables) as other:
            other.execute("SELECT FROM outbox WHERE version = 1 FOR UPDATE")
            assert relay()({}, LambdaContext()) == {"published": 1, "failed": 0}
        assert numbers(bus) == [2]

    def test_without_a_bus_events_stay(
        self, sql: psycopg.Connection, bus: Queue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(sql, 1)
        monkeypatch.setenv("EVENT_BUS", "")
        assert relay()({}, LambdaContext()) == {"published": 0, "failed": 0}
        assert states(sql) == [(1, "pending", 0)]

    def test_without_time_it_asks_for_another_run(self, sql: psycopg.Connection, bus: Queue, reminders: Queue) -> None:
        write(sql, 1)
        assert relay()({}, LATE) == {"published": 0, "failed": 0}
        assert [message["reminder"] for message in reminders.receive()] == ["outbox"]


class TestFailures:
    def test_a_relay_killed_before_it_marked(self, sql: psycopg.Connection, bus: Queue) -> None:
        """The lease runs out, and the event goes out again: inboxes bear it."""
        write(sql, 1, attempts=1, claimed_until=datetime.now(UTC) + timedelta(seconds=20))
        assert relay()({}, LambdaContext()) == {"published": 0, "failed": 0}
        due_again(sql)
        assert relay()({}, LambdaContext()) == {"published": 1, "failed": 0}

    def test_a_dead_bus(self, sql: psycopg.Connection, bus: Queue, reminders: Queue, dead_aws: None) -> None:
        for number in range(25):
            write(sql, number)
        assert relay()({}, LambdaContext()) == {"published": 0, "failed": 10}
        assert {status for _, status, _ in states(sql)} == {"pending"}

    def test_comes_back_after_a_growing_pause(
        self, sql: psycopg.Connection, bus: Queue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(sql, 1)
        monkeypatch.setenv("EVENT_BUS", "no-such-bus")
        pauses = []
        for _ in range(3):
            assert relay()({}, LambdaContext()) == {"published": 0, "failed": 1}
            row = sql.execute("SELECT extract(epoch FROM claimed_until - now())::float FROM outbox").fetchone()
            assert row is not None
            pauses.append(round(row[0]))
            assert relay()({}, LambdaContext()) == {"published": 0, "failed": 0}
            due_again(sql)
        assert pauses == [2, 4, 8]

    def test_sends_itself_a_reminder(
        self, sql: psycopg.Connection, bus: Queue, reminders: Queue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(sql, 1)
        monkeypatch.setenv("EVENT_BUS", "no-such-bus")
        relay()({}, LambdaContext())
        assert reminders.delayed == 1

    def test_one_that_fails_does_not_hold_up_the_others(self, sql: psycopg.Connection, bus: Queue) -> None:
        write(sql, 1)
        write(sql, 2, data={"number": 2, "text": "x" * LARGEST_REQUEST})
        write(sql, 3)
        assert relay()({}, LambdaContext()) == {"published": 2, "failed": 1}
        assert states(sql) == [(1, "published", 1), (2, "pending", 1), (3, "published", 1)]


class TestReminders:
    def test_are_run_with_their_data_and_correlation_id(self, sql: psycopg.Connection, bus: Queue) -> None:
        seen = []

        async def expire(data: dict[str, Any]) -> None:
            seen.append((data, context.correlation_id()))

        batch = sqs_batch(reminder_message("expire", order_id="o1", correlation_id="c1"))
        assert relay(reminders={"expire": expire})(batch, LambdaContext()) == {"batchItemFailures": []}
        assert seen == [({"order_id": "o1"}, "c1")]

    def test_that_fail_do_so_alone(self, sql: psycopg.Connection, bus: Queue) -> None:
        async def fail(data: dict[str, Any]) -> None:
            raise RuntimeError(data["n"])

        async def work(_: dict[str, Any]) -> None:
            return None

        batch = sqs_batch(
            reminder_message("fail", n=1), "garbage", "[]", reminder_message("unknown"), reminder_message("work")
        )
        answer = relay(reminders={"fail": fail, "work": work})(batch, LambdaContext())
        assert failed_items(answer) == ["0", "1", "2", "3"]

    def test_that_are_not_reached_come_again(self, sql: psycopg.Connection, bus: Queue) -> None:
        assert failed_items(relay()(sqs_batch(reminder_message("outbox")), LATE)) == ["0"]

    def test_publish_what_is_pending(self, sql: psycopg.Connection, bus: Queue) -> None:
        write(sql, 1)
        assert relay()(sqs_batch(reminder_message("outbox")), LambdaContext()) == {"batchItemFailures": []}
        assert numbers(bus) == [1]

    def test_leave_time_to_publish(self, sql: psycopg.Connection, bus: Queue) -> None:
        left = []

        async def look(_: dict[str, Any]) -> None:
            left.append(context.seconds_left(60))

        relay(reminders={"look": look})(sqs_batch(reminder_message("look")), LambdaContext(milliseconds=20_000))
        assert left[0] < 20 - ENOUGH_FOR_A_ROUND


class TestSweep:
    def test_runs_the_service_s_own_and_publishes(self, sql: psycopg.Connection, bus: Queue) -> None:
        async def sweep() -> dict[str, Any]:
            write(sql, 1)
            return {"expired": 4}

        counts = relay(sweep=sweep)(scheduled(), LambdaContext())
        assert counts == {"forgotten": 0, "expired": 4, "published": 1, "failed": 0}

    def test_that_fails_fails_the_invocation_and_still_publishes(self, sql: psycopg.Connection, bus: Queue) -> None:
        async def sweep() -> None:
            raise RuntimeError("no luck")

        write(sql, 1)
        with pytest.raises(RuntimeError):
            relay(sweep=sweep)(scheduled(), LambdaContext())
        assert numbers(bus) == [1]

    def test_forgets_what_was_published_long_ago(self, sql: psycopg.Connection, bus: Queue) -> None:
        now = datetime.now(UTC)
        write(sql, 1, status="published", published_at=now - timedelta(days=7, minutes=1))
        write(sql, 2, status="published", published_at=now - timedelta(days=6))
        write(sql, 3, occurred_at=now - timedelta(days=8), attempts=9, claimed_until=now + timedelta(minutes=5))
        assert relay()(scheduled(), LambdaContext())["forgotten"] == 1
        assert [version for version, _, _ in states(sql)] == [2, 3]

    def test_forgets_as_many_as_there_are(self, sql: psycopg.Connection, bus: Queue) -> None:
        sql.execute(
            "INSERT INTO inbox SELECT gen_random_uuid(), 'thing.made', now() - interval '41 days'"
            " FROM generate_series(1, 2500)"
        )
        sql.execute("INSERT INTO inbox SELECT gen_random_uuid(), 'thing.made', now() - interval '39 days'")
        assert relay()(scheduled(), LambdaContext())["forgotten"] == 0
        assert relay(kept=[RECEIVED])(scheduled(), LambdaContext())["forgotten"] == 2500
        assert count(sql, "inbox") == 1

    def test_does_its_work_even_if_it_cannot_forget(self, sql: psycopg.Connection, bus: Queue) -> None:
        swept = []

        async def sweep() -> None:
            swept.append(1)

        write(sql, 1)
        with pytest.raises(psycopg.errors.UndefinedTable):
            relay(sweep=sweep, kept=[Kept("nothing", "since", timedelta())])(scheduled(), LambdaContext())
        assert (swept, numbers(bus)) == ([1], [1])

    def test_publishes_again_what_the_bus_has_forgotten(self, sql: psycopg.Connection, bus: Queue) -> None:
        now = datetime.now(UTC)
        write(sql, 1, status="published", published_at=now - timedelta(minutes=10))
        write(sql, 2, status="published", published_at=now - timedelta(minutes=4))
        write(sql, 3, attempts=5, claimed_until=now + timedelta(minutes=5))
        since = (now - timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
        counts = relay()(scheduled(republish_since=since), LambdaContext())
        assert counts == {"forgotten": 0, "pending_again": 2, "published": 2, "failed": 0}
        assert sorted(numbers(bus)) == [2, 3]

    def test_publishes_again_what_is_just_being_marked(
        self, sql: psycopg.Connection, bus: Queue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Another relay gave it to the bus before that forgot, and marks it only now."""
        put = event_bus.put

        async def put_and_be_forgotten(*arguments: Any, **options: Any) -> list[str]:
            failures = await put(*arguments, **options)
            monkeypatch.setattr(event_bus, "put", put)
            await publish_again(datetime.now(UTC))
            return failures

        monkeypatch.setattr(event_bus, "put", put_and_be_forgotten)
        write(sql, 1)
        relay()({}, LambdaContext())
        assert numbers(bus) == [1, 1]
        assert states(sql) == [(1, "published", 2)]


class TestCommands:
    def test_are_run_with_their_event(self, sql: psycopg.Connection) -> None:
        async def reconcile(event: dict[str, Any]) -> dict[str, Any]:
            return {"repaired": event["repair"]}

        answer = relay(commands={"reconcile": reconcile})({"command": "reconcile", "repair": True}, LambdaContext())
        assert answer == {"repaired": True}

    def test_unknown(self, sql: psycopg.Connection) -> None:
        with pytest.raises(UnknownCommand):
            relay()({"command": "reconcile"}, LambdaContext())
