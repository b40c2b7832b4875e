"""A fact leaves with the change that it tells of, or not at all."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import psycopg
import pytest
from sqlalchemy import text

from factories.http_server import Respond, Server, never
from shopkit import context
from shopkit.aws.api import kept_api
from shopkit.db.session import work
from shopkit.events import outbox
from shopkit.events.facts import Fact
from shopkit.events.outbox import publish, will_publish

from .conftest import Queue, count

Run = Callable[[Awaitable[Any]], Any]


class LightSwitched(Fact):
    type = "light.switched"
    EXAMPLE: ClassVar[dict[str, Any]] = {"lamp": "hall", "on": True}

    lamp: str
    on: bool


ACCEPTED = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"
REFUSED = b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 2\r\n\r\n{}"
FACT = LightSwitched(lamp="hall", on=True)


async def switch(*, facts: int = 1, fails: bool = False) -> None:
    async with work() as uow:
        await uow.execute(text("INSERT INTO deeds VALUES ('switched')"))
        for version in range(facts):
            await publish(uow, FACT, version=version)
        if fails:
            raise RuntimeError("after the fact")


async def accepted(_: bytes) -> bytes:
    return ACCEPTED


async def refused(_: bytes) -> bytes:
    return REFUSED


async def breaking_off(_: bytes) -> None:
    return None


class TestPublish:
    def test_writes_the_fact_beside_the_change(self, run: Run, sql: psycopg.Connection) -> None:
        with context.on_behalf_of("a-shopper", deadline=1e9):
            run(switch())
        assert count(sql, "deeds") == 1
        row = sql.execute("SELECT type, version, correlation_id, data, status, attempts FROM outbox").fetchone()
        assert row == ("light.switched", 0, "a-shopper", {"lamp": "hall", "on": True}, "pending", 0)

    def test_writes_nothing_if_the_change_fails(self, run: Run, sql: psycopg.Connection) -> None:
        with pytest.raises(RuntimeError):
            run(switch(fails=True))
        assert (count(sql, "deeds"), count(sql, "outbox")) == (0, 0)

    def test_bears_that_nothing_of_aws_answers(self, run: Run, sql: psycopg.Connection, dead_aws: None) -> None:
        run(switch())
        assert count(sql, "outbox") == 1


class TestReminder:
    def test_one_covers_many_commits(self, run: Run, tables: str, reminders: Queue) -> None:
        for _ in range(3):
            run(switch())
        assert reminders.delayed == 1

    def test_is_sent_before_the_commit(self, run: Run, tables: str, reminders: Queue) -> None:
        with pytest.raises(RuntimeError):
            run(switch(fails=True))
        assert reminders.delayed == 1

    def test_is_sent_for_those_who_write_the_row_themselves(self, run: Run, tables: str, reminders: Queue) -> None:
        run(will_publish())
        assert reminders.delayed == 1


class TestNudge:
    async def _switch_beside(self, server: Server, monkeypatch: pytest.MonkeyPatch, **how: Any) -> None:
        async with server.running() as url:
            monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
            monkeypatch.setenv("RELAY_URL", "lambda://KitRelay:live")
            kept_api.cache_clear()
            try:
                await switch(**how)
            finally:
                kept_api.cache_clear()

    def test_invokes_the_relay_as_an_event_once_committed(
        self, run: Run, sql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, reminders: Queue
    ) -> None:
        pending_when_invoked = []

        async def accept(_: bytes) -> bytes:
            pending_when_invoked.append(count(sql, "outbox"))
            return ACCEPTED

        server = Server(accept)
        run(self._switch_beside(server, monkeypatch))
        (request,) = server.requests
        assert request.startswith(b"POST /2015-03-31/functions/KitRelay/invocations?Qualifier=live HTTP/1.1")
        assert b"x-amz-invocation-type: Event" in request
        assert request.endswith(b"\r\n\r\n{}")
        assert pending_when_invoked == [1]

    def test_comes_once_for_all_facts_of_a_unit_of_work(
        self, run: Run, tables: str, monkeypatch: pytest.MonkeyPatch, reminders: Queue
    ) -> None:
        server = Server(accepted)
        run(self._switch_beside(server, monkeypatch, facts=3))
        assert len(server.requests) == 1

    def test_does_not_come_if_the_work_fails(
        self, run: Run, tables: str, monkeypatch: pytest.MonkeyPatch, reminders: Queue
    ) -> None:
        server = Server(accepted)
        with pytest.raises(RuntimeError):
            run(self._switch_beside(server, monkeypatch, fails=True))
        assert not server.requests

    @pytest.mark.parametrize("respond", [refused, never, breaking_off])
    def test_may_be_lost(
        self,
        run: Run,
        sql: psycopg.Connection,
        monkeypatch: pytest.MonkeyPatch,
        reminders: Queue,
        respond: Respond,
    ) -> None:
        monkeypatch.setattr(outbox, "NUDGE_SECONDS", 0.05)
        run(self._switch_beside(Server(respond), monkeypatch))
        assert count(sql, "deeds") == 1


def test_example_is_one() -> None:
    assert LightSwitched.model_validate(LightSwitched.EXAMPLE) == FACT
    assert json.loads(FACT.model_dump_json()) == LightSwitched.EXAMPLE
