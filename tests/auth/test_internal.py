"""What auth tells other services: facts that it publishes, and what only services may ask."""

import uuid
from collections.abc import Callable, Iterator

import boto3
import psycopg
import pytest

from auth import events
from auth.handler import relay
from factories.events import Http, LambdaContext, Reply
from shopkit import runtime
from shopkit.auth.internal import token_for

from .conftest import PASSWORD, Accounts

Ask = Callable[..., Reply]


@pytest.fixture
def ask(http: Http) -> Ask:
    """Asks for an account as another service does."""

    def ask(user_id: object, caller: str = "notifications") -> Reply:
        token = runtime.loop().run_until_complete(token_for(caller, "auth"))
        return http("GET", f"/internal/users/{user_id}", headers={"x-internal-token": token}, api_id="direct")

    return ask


class TestShowAddressee:
    def test_through_api_gateway(self, http: Http, admin_token: str) -> None:
        assert http("GET", f"/internal/users/{uuid.uuid4()}", token=admin_token).status == 404

    def test_anonymous(self, http: Http) -> None:
        assert http("GET", f"/internal/users/{uuid.uuid4()}", api_id="direct").status == 401

    def test_another_service(self, ask: Ask) -> None:
        assert ask(uuid.uuid4(), caller="catalog").status == 403

    def test_unknown(self, ask: Ask) -> None:
        assert ask(uuid.uuid4()).status == 404

    def test_no_id(self, ask: Ask) -> None:
        assert ask("nobody").status == 422

    def test_valid(self, ask: Ask, accounts: Accounts) -> None:
        ada = accounts.sign_in()
        assert ask(ada.id).json() == {"id": ada.id, "email": ada.email, "is_active": True}

    def test_switched_off(self, ask: Ask, accounts: Accounts, sql: psycopg.Connection) -> None:
        ada = accounts.sign_in()
        sql.execute("UPDATE users SET is_active = false WHERE id = %s", [ada.id])
        assert ask(ada.id).json()["is_active"] is False


class TestUserRegistered:
    def facts(self, sql: psycopg.Connection) -> list[tuple[object, ...]]:
        return sql.execute("SELECT type, version, data, correlation_id FROM outbox").fetchall()

    def test_is_told_with_the_account(self, http: Http, sql: psycopg.Connection) -> None:
        reply = http("POST", "/auth/register", json_body={"email": "Ada@example.com", "password": PASSWORD})
        fact = {"user_id": reply.json()["id"], "email": "Ada@example.com"}
        assert self.facts(sql) == [("user.registered", 1, fact, reply.headers["x-request-id"])]
        events.UserRegistered.model_validate(fact)

    def test_is_not_told_where_the_address_is_taken(
        self, http: Http, accounts: Accounts, sql: psycopg.Connection
    ) -> None:
        email = accounts.register()
        sql.execute("TRUNCATE outbox")
        assert http("POST", "/auth/register", json_body={"email": email, "password": PASSWORD}).status == 409
        assert self.facts(sql) == []

    def test_is_not_told_of_what_did_not_happen(self, http: Http, sql: psycopg.Connection) -> None:
        """The fact cannot be written, so there is no account either."""
        sql.execute("ALTER TABLE outbox ADD CONSTRAINT is_full CHECK (type <> 'user.registered')")
        try:
            reply = http("POST", "/auth/register", json_body={"email": "ada@example.com", "password": PASSWORD})
            assert reply.status == 500
            assert sql.execute("SELECT email FROM users").fetchall() == []
        finally:
            sql.execute("ALTER TABLE outbox DROP CONSTRAINT is_full")

    @pytest.fixture
    def bus(self, aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        buses = boto3.client("events")
        buses.create_event_bus(Name="auths")
        monkeypatch.setenv("EVENT_BUS", "auths")
        yield
        buses.delete_event_bus(Name="auths")

    def test_leaves_by_the_relay(self, accounts: Accounts, sql: psycopg.Connection, bus: None) -> None:
        accounts.register()
        assert relay({}, LambdaContext()) == {"published": 1, "failed": 0}
        assert sql.execute("SELECT status FROM outbox").fetchall() == [("published",)]
