"""How auth fails, and what it keeps to itself."""

import io
import json
from collections.abc import Iterator

import psycopg
import pytest

from conftest import free_port
from factories.events import Http, Reply
from shopkit.observability import logger

from .conftest import PASSWORD, Accounts, cookie_values, forget_connections

REGISTRATION = {"email": "ada@example.com", "password": PASSWORD}
SIGN_IN = {"username": "ada@example.com", "password": PASSWORD}


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the log says, as CloudWatch would get it."""
    written = io.StringIO()
    for handler in logger.handlers:
        monkeypatch.setattr(handler, "stream", written)
    return written


@pytest.fixture
def database_down(database: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", f"postgresql://auth@127.0.0.1:{free_port()}/auth")
        forget_connections()
        yield
    forget_connections()


def says_unavailable(reply: Reply) -> None:
    assert reply.status == 503
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["retry-after"] == "1"
    assert (reply.json()["detail"], reply.json()["code"]) == ("database unavailable", "database_unavailable")


class TestDatabaseDown:
    def test_operations(self, http: Http, database_down: None, admin_token: str) -> None:
        says_unavailable(http("POST", "/auth/register", json_body=REGISTRATION))
        says_unavailable(http("POST", "/auth/login", form=SIGN_IN))
        says_unavailable(http("POST", "/auth/refresh", cookies={"refresh_token": "any"}))
        says_unavailable(http("POST", "/auth/logout", cookies={"refresh_token": "any"}))
        says_unavailable(http("GET", "/auth/me", token=admin_token))
        says_unavailable(http("GET", "/auth/users", token=admin_token))

    def test_health(self, http: Http, database_down: None) -> None:
        reply = http("GET", "/auth/health")
        assert (reply.status, reply.json()["database"]) == (503, "database unavailable")

    def test_what_needs_none(self, http: Http, database_down: None) -> None:
        assert http("POST", "/auth/logout").status == 204
        assert http("POST", "/auth/login", form={}).status == 422

    def test_connections_lost(self, http: Http, accounts: Accounts, sql: psycopg.Connection) -> None:
        accounts.register("ada@example.com")
        accounts.sign_in("ada@example.com")
        sql.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert http("POST", "/auth/logout", cookies={"refresh_token": "any"}).status == 204
        assert http("POST", "/auth/register", json_body={**REGISTRATION, "email": "bob@example.com"}).status == 201


class TestHealth:
    def test_well(self, http: Http) -> None:
        reply = http("GET", "/auth/health")
        assert (reply.status, reply.json()) == (200, {"status": "ok", "service": "auth", "database": "ok"})


class TestLog:
    def test_says_no_secrets(self, http: Http, accounts: Accounts, sql: psycopg.Connection, log: io.StringIO) -> None:
        http("POST", "/auth/register", json_body=REGISTRATION)
        http("POST", "/auth/register", json_body={**REGISTRATION, "password": "short"})
        signed_in = http("POST", "/auth/login", form=SIGN_IN)
        tokens = cookie_values(signed_in)
        http("POST", "/auth/login", form={**SIGN_IN, "password": "wrong horse"})
        http("POST", "/auth/refresh", cookies=tokens)
        sql.execute("UPDATE refresh_tokens SET used_at = used_at - interval '11 s'")
        http("POST", "/auth/refresh", cookies=tokens)
        http("POST", "/auth/logout", token=tokens["access_token"])
        said = log.getvalue()
        messages = [json.loads(line)["message"] for line in said.splitlines()]
        assert messages.count("answered") == 7
        assert "refresh token reused" in messages
        for secret in (PASSWORD, "wrong horse", '"short"', *tokens.values(), "$argon2id"):
            assert secret not in said

    def test_says_no_secrets_when_something_breaks(self, http: Http, sql: psycopg.Connection, log: io.StringIO) -> None:
        sql.execute("ALTER TABLE users RENAME TO moved")
        try:
            assert http("POST", "/auth/register", json_body=REGISTRATION).status == 500
            assert http("POST", "/auth/login", form=SIGN_IN).status == 500
        finally:
            sql.execute("ALTER TABLE moved RENAME TO users")
        said = log.getvalue()
        assert "UndefinedTable" in said
        for secret in (PASSWORD, "$argon2id"):
            assert secret not in said


def test_openapi_names_the_failures(http: Http) -> None:
    paths = http("GET", "/auth/openapi.json").json()["paths"]
    assert paths["/auth/register"]["post"]["responses"]["409"]["description"] == "`email_taken`"
    assert paths["/auth/users/{user_id}"]["patch"]["responses"]["409"]["description"] == "`own_account`"
