"""A service reminds itself, as far as SQS lets it."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from factories.http_server import Server, never
from shopkit import context
from shopkit.aws.api import kept_api
from shopkit.events.reminders import remind

from .conftest import Queue

Run = Callable[[Awaitable[Any]], Any]
NOW = timedelta(0)


def test_carries_its_name_its_data_and_the_correlation_id(run: Run, reminders: Queue) -> None:
    with context.on_behalf_of("a-shopper", deadline=time.monotonic() + 60):
        assert run(remind("expire", {"order_id": "o1"}, after=NOW))
    assert reminders.receive() == [{"order_id": "o1", "reminder": "expire", "correlation_id": "a-shopper"}]


def test_waits(run: Run, reminders: Queue) -> None:
    assert run(remind("expire", {}, after=timedelta(seconds=30)))
    assert reminders.receive() == []
    assert reminders.delayed == 1


def test_waits_no_longer_than_sqs_can(run: Run, reminders: Queue) -> None:
    assert run(remind("expire", {}, after=timedelta(hours=1)))
    assert reminders.delayed == 1


def test_a_part_of_a_second_is_waited_for_in_full(run: Run, reminders: Queue) -> None:
    """Who came early would find nothing to do, and not be reminded again."""
    assert run(remind("expire", {}, after=timedelta(seconds=0.2)))
    assert reminders.delayed == 1


def test_goes_without_where_sqs_is_dead(run: Run, dead_aws: None) -> None:
    assert not run(remind("expire", {}, after=NOW))


def test_goes_without_where_sqs_hangs(run: Run, reminders: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> bool:
        async with Server(never).running() as url:
            monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", url)
            kept_api.cache_clear()
            with context.on_behalf_of("", deadline=time.monotonic() + 0.1):
                return await remind("expire", {}, after=NOW)

    assert not run(main())


def test_goes_without_where_the_queue_is_gone(run: Run, reminders: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMINDERS_URL", f"{reminders.url}-that-is-not-there")
    assert not run(remind("expire", {}, after=NOW))


def test_goes_without_a_queue(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REMINDERS_URL", raising=False)
    assert not run(remind("expire", {}, after=NOW))
