"""Each event leads to what it must once, however often, and with whatever beside it, it comes."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from factories.events import LambdaContext
from factories.queue_events import event_message, failed_items, sqs_batch
from factories.waiting import wait_for
from shopkit import context
from shopkit.errors import Conflict
from shopkit.events.answering import answering
from shopkit.events.consuming import consumer
from shopkit.events.envelope import Event

from .conftest import count

NO_TIME = LambdaContext(milliseconds=500)


async def note(uow: AsyncSession, event: Event) -> None:
    await uow.execute(text("INSERT INTO deeds VALUES (:what)"), {"what": event.data["what"]})


async def fail(uow: AsyncSession, event: Event) -> None:
    await note(uow, event)
    raise RuntimeError("after the deed")


async def clash(uow: AsyncSession, event: Event) -> None:
    raise Conflict("Somebody was quicker.")


REACTIONS = {"thing.made": note, "thing.broken": fail, "thing.contested": clash}


def made(what: str, **facts: Any) -> str:
    return event_message("thing.made", {"what": what}, **facts)


def deeds(sql: psycopg.Connection) -> list[str]:
    return [what for (what,) in sql.execute("SELECT what FROM deeds ORDER BY at").fetchall()]


class TestConsumer:
    def test_empty_batch(self, sql: psycopg.Connection) -> None:
        assert consumer(REACTIONS)(sqs_batch(), LambdaContext()) == {"batchItemFailures": []}

    def test_reacts_in_the_order_of_the_batch(self, sql: psycopg.Connection) -> None:
        assert failed_items(consumer(REACTIONS)(sqs_batch(made("a"), made("b")), LambdaContext())) == []
        assert deeds(sql) == ["a", "b"]

    def test_gives_the_event_and_its_correlation_id(self, sql: psycopg.Connection) -> None:
        seen: list[tuple[Event, str]] = []

        async def see(_: AsyncSession, event: Event) -> None:
            seen.append((event, context.correlation_id()))

        event_id = str(uuid.uuid4())
        body = made("a", version=4, event_id=event_id, correlation_id="a-shopper")
        consumer({"thing.made": see})(sqs_batch(body), LambdaContext())
        ((event, correlation_id),) = seen
        assert (str(event.id), event.type, event.version, event.source) == (event_id, "thing.made", 4, "tests")
        assert (event.data, event.correlation_id, correlation_id) == ({"what": "a"}, "a-shopper", "a-shopper")
        assert event.time.tzinfo is not None

    @pytest.mark.parametrize("kind", ["thing.broken", "thing.contested"])
    def test_one_that_fails_does_so_alone(self, sql: psycopg.Connection, kind: str) -> None:
        batch = sqs_batch(made("a"), event_message(kind, {"what": "x"}), made("b"))
        assert failed_items(consumer(REACTIONS)(batch, LambdaContext())) == ["1"]
        assert deeds(sql) == ["a", "b"]
        assert count(sql, "inbox") == 2

    @pytest.mark.parametrize("body", ["garbage", "{}", "[]", "null", '{"detail": {"id": "1"}}', '{"detail": 7}'])
    def test_garbage_fails_alone(self, sql: psycopg.Connection, body: str) -> None:
        assert failed_items(consumer(REACTIONS)(sqs_batch(body, made("a")), LambdaContext())) == ["0"]
        assert deeds(sql) == ["a"]

    def test_what_nobody_reacts_to_is_dropped(self, sql: psycopg.Connection) -> None:
        batch = sqs_batch(event_message("thing.seen", {}))
        assert failed_items(consumer(REACTIONS)(batch, LambdaContext())) == []
        assert count(sql, "inbox") == 0

    def test_what_is_not_reached_comes_again(self, sql: psycopg.Connection) -> None:
        assert failed_items(consumer(REACTIONS)(sqs_batch(made("a"), made("b")), NO_TIME)) == ["0", "1"]
        assert deeds(sql) == []

    def test_one_that_takes_too_long_fails(self, sql: psycopg.Connection) -> None:
        async def dawdle(uow: AsyncSession, event: Event) -> None:
            await note(uow, event)
            await uow.execute(text("SELECT pg_sleep(5)"))

        batch = sqs_batch(made("a"), made("b"))
        answer = consumer({"thing.made": dawdle})(batch, LambdaContext(milliseconds=800))
        assert failed_items(answer) == ["0", "1"]
        assert deeds(sql) == []

    def test_without_a_database_all_come_again(
        self, sql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, forget_connections: Callable[[], None]
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://kit:x@127.0.0.1:1/kit")
        forget_connections()
        assert failed_items(consumer(REACTIONS)(sqs_batch(made("a"), made("b")), LambdaContext())) == ["0", "1"]


class TestTwice:
    def test_in_one_batch(self, sql: psycopg.Connection) -> None:
        body = made("a")
        assert failed_items(consumer(REACTIONS)(sqs_batch(body, body), LambdaContext())) == []
        assert deeds(sql) == ["a"]

    def test_in_two_batches(self, sql: psycopg.Connection) -> None:
        for _ in range(2):
            assert (
                failed_items(consumer(REACTIONS)(sqs_batch(made("a", event_id=str(uuid.UUID(int=1)))), LambdaContext()))
                == []
            )
        assert deeds(sql) == ["a"]

    def test_again_after_it_failed(self, sql: psycopg.Connection) -> None:
        body = made("a")
        assert failed_items(consumer({"thing.made": fail})(sqs_batch(body), LambdaContext())) == ["0"]
        assert failed_items(consumer(REACTIONS)(sqs_batch(body), LambdaContext())) == []
        assert deeds(sql) == ["a"]


class TestTwiceAtOnce:
    """Another process has received the same event, and has not committed yet."""

    EVENT_ID = str(uuid.UUID(int=2))

    @pytest.fixture
    def other(self, tables: str) -> Iterator[psycopg.Connection]:
        with psycopg.connect(tables) as connection:
            connection.execute("INSERT INTO inbox (event_id, type) VALUES (%s, 'thing.made')", [self.EVENT_ID])
            connection.execute("INSERT INTO deeds VALUES ('by the other')")
            yield connection

    def consume_meanwhile(self, sql: psycopg.Connection, end_other: Callable[[], None]) -> list[str]:
        with ThreadPoolExecutor() as threads:
            batch = sqs_batch(made("by us", event_id=self.EVENT_ID))
            answer = threads.submit(consumer(REACTIONS), batch, LambdaContext())
            wait_for(lambda: sql.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone() is not None)
            end_other()
            return failed_items(answer.result())

    def test_waits_and_skips(self, sql: psycopg.Connection, other: psycopg.Connection) -> None:
        assert self.consume_meanwhile(sql, other.commit) == []
        assert deeds(sql) == ["by the other"]

    def test_waits_and_does_it_if_the_other_fails(self, sql: psycopg.Connection, other: psycopg.Connection) -> None:
        assert self.consume_meanwhile(sql, other.rollback) == []
        assert deeds(sql) == ["by us"]


class TestAfterwards:
    def test_runs_once_after_the_batch(self) -> None:
        done: list[str] = []

        async def do(event: Event) -> str:
            done.append(event.data["what"])
            return "done"

        async def look() -> None:
            done.append("looked")

        answering({"thing.made": do}, afterwards=look)(sqs_batch(made("a"), made("b")), LambdaContext())
        assert done == ["a", "b", "looked"]

    def test_may_fail(self) -> None:
        async def do(_: Event) -> str:
            return "done"

        async def stumble() -> None:
            raise RuntimeError("too late")

        answer = answering({"thing.made": do}, afterwards=stumble)(sqs_batch(made("a")), LambdaContext())
        assert failed_items(answer) == []
