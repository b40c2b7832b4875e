"""One key, one result: at once, after a crash, and for other requests under the same key."""

import os
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from factories.waiting import wait_for
from shopkit import idempotency
from shopkit.db.forgetting import forget
from shopkit.db.session import work
from shopkit.idempotency import Claim, KeyReused, Replay, StillRunning, claim, finish, finish_alone, release

from .conftest import count

Run = Callable[[Awaitable[Any]], Any]
ROOT = Path(__file__).parents[2]
LEASE = timedelta(seconds=30)
PROCESSES, CLAIMS_EACH = 10, 5
CLAIM_SEVERAL_TIMES = f"""
import asyncio
from datetime import timedelta
from shopkit.db import reading
from shopkit.idempotency import StillRunning, claim

async def once():
    try:
        return type(await claim("s", "k", "f", lease=timedelta(seconds=30))).__name__
    except StillRunning:
        return "StillRunning"

async def main():
    await reading.fetch_one("SELECT 1")
    print(*await asyncio.gather(*[once() for _ in range({CLAIMS_EACH})]))
    await reading.close()

asyncio.run(main())
"""


async def place(key: str, *, fails: bool = False) -> None:
    async with work() as uow:
        await uow.execute(text("INSERT INTO deeds VALUES ('placed')"))
        await finish(uow, "s", key, 201, b'{"order": 1}')
        if fails:
            raise RuntimeError("before the commit")


def let_lease_run_out(sql: psycopg.Connection) -> None:
    sql.execute("UPDATE idempotency SET lease_until = now() - interval '1 second'")


def let_a_day_pass(sql: psycopg.Connection) -> None:
    sql.execute("UPDATE idempotency SET created_at = created_at - interval '24 hours 1 second'")


@pytest.fixture
def take(run: Run, tables: str) -> Callable[..., Claim | Replay]:
    """Claims the key "k"."""

    def take(fingerprint: str = "f", *, scope: str = "s", key: str = "k", **options: Any) -> Claim | Replay:
        answer: Claim | Replay = run(claim(scope, key, fingerprint, lease=LEASE, **options))
        return answer

    return take


class TestClaim:
    def test_a_new_key(self, take: Callable[..., Any]) -> None:
        subject = uuid.uuid4()
        assert take(subject=subject) == Claim(subject, is_takeover=False)

    def test_makes_a_subject_where_none_is_given(self, take: Callable[..., Any]) -> None:
        assert take().subject != take(key="other").subject

    def test_scopes_stand_apart(self, take: Callable[..., Any]) -> None:
        assert not take(scope="one").is_takeover
        assert not take(scope="two").is_takeover

    def test_while_it_is_running(self, take: Callable[..., Any]) -> None:
        take()
        with pytest.raises(StillRunning) as refused:
            take()
        assert refused.value.headers == {"Retry-After": "1"}
        assert (refused.value.status, refused.value.code) == (409, "still_running")

    def test_once_the_lease_has_run_out(self, take: Callable[..., Any], sql: psycopg.Connection) -> None:
        first = take()
        let_lease_run_out(sql)
        assert take() == Claim(first.subject, is_takeover=True)
        with pytest.raises(StillRunning):
            take()

    def test_once_it_was_released(self, take: Callable[..., Any], run: Run) -> None:
        first = take()
        run(release("s", "k"))
        assert take() == Claim(first.subject, is_takeover=True)

    def test_after_the_result(self, take: Callable[..., Any], run: Run) -> None:
        take()
        run(place("k"))
        assert take() == take() == Replay(201, b'{"order": 1}')

    def test_after_a_refusal(self, take: Callable[..., Any], run: Run) -> None:
        take()
        run(finish_alone("s", "k", 409, b"\xff"))
        assert take() == Replay(409, b"\xff")

    def test_an_empty_answer_is_one(self, take: Callable[..., Any], run: Run) -> None:
        take()
        run(finish_alone("s", "k", 204, b""))
        assert take() == Replay(204, b"")

    @pytest.mark.parametrize("state", ["running", "lease ran out", "finished"])
    def test_for_another_request(self, take: Callable[..., Any], run: Run, sql: psycopg.Connection, state: str) -> None:
        take()
        if state == "lease ran out":
            let_lease_run_out(sql)
        if state == "finished":
            run(place("k"))
        with pytest.raises(KeyReused) as refused:
            take("another")
        assert (refused.value.status, refused.value.code) == (422, "idempotency_key_reused")

    @pytest.mark.parametrize("is_finished", [True, False])
    def test_after_a_day_it_is_new(
        self, take: Callable[..., Any], run: Run, sql: psycopg.Connection, *, is_finished: bool
    ) -> None:
        first = take()
        if is_finished:
            run(place("k"))
        let_a_day_pass(sql)
        again = take("another")
        assert not again.is_takeover
        assert again.subject != first.subject

    def test_fifty_at_once(self, tables: str) -> None:
        """They all wait for a row that is taken back in the end, so that they go on at the same moment."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "layers" / "shopkit"),
            "PGOPTIONS": "-c lock_timeout=60s",
        }
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted HAVING count(*) = %s"
        with ExitStack() as exits, psycopg.connect(tables, autocommit=True) as watching:
            first = exits.enter_context(psycopg.connect(tables))
            first.execute("INSERT INTO idempotency VALUES ('s', 'k', 'f', gen_random_uuid())")
            command = [sys.executable, "-c", CLAIM_SEVERAL_TIMES]
            started = [
                exits.enter_context(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE))
                for _ in range(PROCESSES)
            ]
            wait_for(lambda: watching.execute(waiting, [PROCESSES]).fetchone(), seconds=60)
            first.rollback()
            said = " ".join(process.communicate(timeout=60)[0].decode() for process in started).split()
        assert sorted(said) == ["Claim"] + ["StillRunning"] * (PROCESSES * CLAIMS_EACH - 1)


class TestFinish:
    def test_goes_with_the_result(self, take: Callable[..., Any], run: Run, sql: psycopg.Connection) -> None:
        take()
        with pytest.raises(RuntimeError):
            run(place("k", fails=True))
        with pytest.raises(StillRunning):
            take()
        assert count(sql, "deeds") == 0

    def test_of_two_tries_one_counts(self, take: Callable[..., Any], run: Run, sql: psycopg.Connection) -> None:
        """The first had been taken for dead."""
        take()
        let_lease_run_out(sql)
        take()
        run(place("k"))
        with pytest.raises(StillRunning):
            run(place("k"))
        with pytest.raises(StillRunning):
            run(finish_alone("s", "k", 409, b"refused"))
        assert count(sql, "deeds") == 1
        assert take() == Replay(201, b'{"order": 1}')


class TestRelease:
    def test_of_what_is_finished_changes_nothing(self, take: Callable[..., Any], run: Run) -> None:
        take()
        run(place("k"))
        run(release("s", "k"))
        assert take() == Replay(201, b'{"order": 1}')

    def test_may_fail(self, run: Run, monkeypatch: pytest.MonkeyPatch, forget_connections: Callable[[], None]) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://kit:x@127.0.0.1:1/kit")
        forget_connections()
        assert run(release("s", "k")) is None


def test_old_keys_are_forgotten(take: Callable[..., Any], run: Run, sql: psycopg.Connection) -> None:
    take(key="old")
    let_a_day_pass(sql)
    take(key="young")
    assert run(forget(idempotency.KEYS)) == 1
    assert sql.execute("SELECT key FROM idempotency").fetchall() == [("young",)]
