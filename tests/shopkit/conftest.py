"""A database and an app of the kit's own, so that it is tested without any service."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import boto3
import psycopg
import pytest
import sqlalchemy as sa
from psycopg.sql import SQL, Identifier

from shopkit import runtime
from shopkit.aws.api import kept_api
from shopkit.db import models, reading, session
from shopkit.events import outbox
from shopkit.events.outbox import inbox_table, outbox_table
from shopkit.idempotency import idempotency_table

Result = TypeVar("Result")
Run = Callable[[Awaitable[Result]], Result]

METADATA = sa.MetaData(naming_convention=models.NAMES)
TABLES = [outbox_table(METADATA), inbox_table(METADATA), idempotency_table(METADATA)]


@pytest.fixture
def run() -> Run[object]:
    """Run a coroutine on the process's one loop, as a handler would."""

    def on_the_loop(awaitable: Awaitable[Result]) -> Result:
        async def main() -> Result:
            return await awaitable

        asyncio.set_event_loop(runtime.loop())
        return runtime.loop().run_until_complete(main())

    return on_the_loop


@pytest.fixture
def forget_connections(run: Run[object]) -> Iterator[Callable[[], None]]:
    """Lets the next statement connect anew; so does the next test."""

    def forget() -> None:
        run(reading.close())
        run(session.close())

    yield forget
    forget()


@pytest.fixture
def database(
    make_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, forget_connections: Callable[[], None]
) -> str:
    """The address of a database; DATABASE_URL names it."""
    address = make_database("kit")
    monkeypatch.setenv("DATABASE_URL", address)
    return address


@pytest.fixture
def tables(database: str) -> str:
    """The address of a database with empty tables of the kit's, and one of the service's own."""
    engine = sa.create_engine(sa.make_url(database).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        METADATA.drop_all(connection)
        METADATA.create_all(connection)
        connection.execute(sa.text("DROP TABLE IF EXISTS deeds"))
        connection.execute(sa.text("CREATE TABLE deeds (what text NOT NULL, at timestamptz DEFAULT now())"))
    engine.dispose()
    return database


@pytest.fixture
def sql(tables: str) -> Iterator[psycopg.Connection]:
    """What is stored, seen past the kit."""
    with psycopg.connect(tables, autocommit=True) as connection:
        yield connection


def count(sql: psycopg.Connection, table: str) -> int:
    """How many rows a table has."""
    row = sql.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table))).fetchone()
    assert row is not None
    number: int = row[0]
    return number


@dataclass(frozen=True)
class Queue:
    """A queue of moto's, and what was received from it."""

    url: str
    sqs: Any = field(default_factory=lambda: boto3.client("sqs"))

    def receive(self) -> list[dict[str, Any]]:
        """All messages that can be received now, as JSON; they are gone afterwards."""
        bodies: list[dict[str, Any]] = []
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                bodies.append(json.loads(message["Body"]))
        return bodies

    @property
    def delayed(self) -> int:
        """How many messages wait for their time."""
        asked = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["ApproximateNumberOfMessagesDelayed"])
        return int(asked["Attributes"]["ApproximateNumberOfMessagesDelayed"])


@pytest.fixture
def reminders(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    """The service's queue of reminders, which has sent none yet."""
    queue = Queue(boto3.client("sqs").create_queue(QueueName="reminders")["QueueUrl"])
    monkeypatch.setenv("REMINDERS_URL", queue.url)
    monkeypatch.setattr(outbox, "_covered_until", 0.0)
    yield queue
    queue.sqs.delete_queue(QueueUrl=queue.url)
    kept_api.cache_clear()


@pytest.fixture
def bus(reminders: Queue, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    """A queue that gets whatever is put on the bus."""
    sqs, events = boto3.client("sqs"), boto3.client("events")
    queue = Queue(sqs.create_queue(QueueName="subscriber")["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.create_event_bus(Name="kit")
    events.put_rule(Name="all", EventBusName="kit", EventPattern=json.dumps({"source": ["tests"]}))
    events.put_targets(Rule="all", EventBusName="kit", Targets=[{"Id": "queue", "Arn": arn}])
    monkeypatch.setenv("EVENT_BUS", "kit")
    yield queue
    events.remove_targets(Rule="all", EventBusName="kit", Ids=["queue"])
    events.delete_rule(Name="all", EventBusName="kit")
    events.delete_event_bus(Name="kit")
    sqs.delete_queue(QueueUrl=queue.url)


@pytest.fixture
def dead_aws(reminders: Queue, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of AWS answers."""
    kept_api.cache_clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    yield
    kept_api.cache_clear()
