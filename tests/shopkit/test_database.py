"""Reads and units of work on a real Postgres, killed connections included."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from fastapi import APIRouter
from sqlalchemy import text

from factories.events import Http
from shopkit import runtime
from shopkit.db import reading, writing
from shopkit.db.session import after_commit
from shopkit.errors import DatabaseUnavailable
from shopkit.web.app import create_app
from shopkit.web.health import database_answers
from shopkit.web.uow import Uow

Run = Callable[[Awaitable[Any]], Any]

router = APIRouter(prefix="/kit")


@router.post("/rows/{number}")
async def insert(number: int, uow: Uow) -> dict[str, int]:
    await uow.execute(text("INSERT INTO rows VALUES (:number)"), {"number": number})
    if number < 0:
        raise ValueError("after the insert")
    return {"number": number}


done: list[int] = []


@router.post("/then/{number}")
async def insert_then(number: int, uow: Uow) -> None:
    async def note() -> None:
        done.append(number)

    after_commit(uow, note)
    await insert(number, uow)


@pytest.fixture
def rows(database: str) -> str:
    """A table whose unique rule is only checked at COMMIT."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS rows")
        connection.execute("CREATE TABLE rows (number int, UNIQUE (number) DEFERRABLE INITIALLY DEFERRED)")
    return database


@pytest.fixture
def http(rows: str) -> Http:
    app = create_app("kit", title="Kit", routers=[router], checks={"database": database_answers})
    return Http(runtime.lambda_handler(app))


def end_connections(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE usename = current_user AND pid <> pg_backend_pid()"
        )


class TestUnitOfWork:
    def test_is_committed_before_the_answer(self, http: Http, run: Run) -> None:
        assert http("POST", "/kit/rows/1").status == 200
        assert run(reading.fetch_one("SELECT number FROM rows")) == {"number": 1}

    def test_is_rolled_back_by_an_exception(self, http: Http, run: Run) -> None:
        assert http("POST", "/kit/rows/-1").status == 500
        assert run(reading.fetch_all("SELECT number FROM rows")) == []

    def test_a_failing_commit_is_no_success(self, http: Http) -> None:
        assert http("POST", "/kit/rows/2").status == 200
        assert http("POST", "/kit/rows/2").status == 500

    def test_outlives_a_lost_connection(self, http: Http, rows: str) -> None:
        assert http("POST", "/kit/rows/3").status == 200
        end_connections(rows)
        assert http("POST", "/kit/rows/4").status == 200


class TestAfterCommit:
    def test_happens_only_if_the_work_was_committed(self, http: Http) -> None:
        done.clear()
        assert http("POST", "/kit/then/5").status == 200
        assert done == [5]
        assert http("POST", "/kit/then/5").status == 500
        assert done == [5]


class TestReading:
    def test_outlives_a_lost_connection(self, rows: str, run: Run) -> None:
        assert run(reading.fetch_one("SELECT 1 AS one")) == {"one": 1}
        end_connections(rows)
        assert run(reading.fetch_one("SELECT 2 AS two")) == {"two": 2}

    def test_a_statement_that_takes_too_long(self, rows: str, run: Run) -> None:
        with psycopg.connect(rows, autocommit=True) as connection:
            connection.execute("ALTER ROLE kit SET statement_timeout = '50ms'")
        try:
            with pytest.raises(DatabaseUnavailable):
                run(reading.fetch_one("SELECT pg_sleep(5)"))
            assert run(reading.fetch_one("SELECT 1 AS one")) == {"one": 1}
        finally:
            with psycopg.connect(rows, autocommit=True) as connection:
                connection.execute("ALTER ROLE kit RESET statement_timeout")

    @pytest.mark.usefixtures("rows")
    def test_many_at_once_share_a_connection(self, run: Run) -> None:
        """As under a plain server, where one process serves many; connections that nobody closes are an error here."""

        async def ask_and_write() -> set[int]:
            asked = [reading.fetch_one("SELECT pg_backend_pid() AS pid") for _ in range(10)]
            written = [writing.write_one("SELECT pg_backend_pid() AS pid") for _ in range(10)]
            return {row["pid"] for row in await asyncio.gather(*asked, *written) if row}

        assert len({frozenset(run(ask_and_write())) for _ in range(5)}) == 1
        gc.collect()

    def test_no_server(self, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://kit:x@127.0.0.1:1/kit")
        run(reading.close())
        with pytest.raises(DatabaseUnavailable):
            run(reading.fetch_one("SELECT 1 AS one"))


class TestHealth:
    def test_well(self, http: Http) -> None:
        assert http("GET", "/kit/health").json() == {"status": "ok", "service": "kit", "database": "ok"}

    def test_without_a_database(self, http: Http, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://kit:x@127.0.0.1:1/kit")
        run(reading.close())
        reply = http("GET", "/kit/health")
        assert reply.status == 503
        assert reply.json()["database"] == "database unavailable"
