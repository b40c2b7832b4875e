"""Registration, and the account that a signed-in person sees."""

import asyncio
from typing import Any

import httpx
import psycopg
import pytest

from auth.app import app
from factories.events import Http
from shopkit import runtime

from .conftest import PASSWORD, Accounts


def together(*requests: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
    """The answers to requests that the app serves at the same time."""

    async def send() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as client:
            return await asyncio.gather(*(client.request(method, path, **rest) for method, path, rest in requests))

    return runtime.loop().run_until_complete(send())


class TestRegister:
    def test_valid(self, http: Http, sql: psycopg.Connection) -> None:
        reply = http("POST", "/auth/register", json_body={"email": " Ada@Example.com ", "password": PASSWORD})
        assert reply.status == 201
        user = reply.json()
        assert set(user) == {"id", "email", "role", "is_active", "created_at"}
        assert (user["email"], user["role"], user["is_active"]) == ("Ada@Example.com", "user", True)
        assert user["created_at"].endswith("Z")
        assert reply.cookies == []
        (stored,) = sql.execute("SELECT password_hash FROM users WHERE id = %s", [user["id"]]).fetchone() or ("",)
        assert stored.startswith("$argon2id$")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"email": "nobody", "password": PASSWORD}, "email"),
            ({"email": "ada@example.com\0", "password": PASSWORD}, "email"),
            ({"email": "a" * 243 + "@example.com", "password": PASSWORD}, "email"),
            ({"email": None, "password": PASSWORD}, "email"),
            ({"password": PASSWORD}, "email"),
            ({"email": "ada@example.com"}, "password"),
            ({"email": "ada@example.com", "password": "x" * 7}, "password"),
            ({"email": "ada@example.com", "password": "x" * 129}, "password"),
            ({"email": "ada@example.com", "password": "\ud800" * 8}, "password"),
            ({"email": "ada@example.com", "password": PASSWORD, "role": "admin"}, "role"),
        ],
    )
    def test_invalid(self, http: Http, sql: psycopg.Connection, body: dict[str, object], field: str) -> None:
        reply = http("POST", "/auth/register", json_body=body)
        assert reply.status == 422
        assert reply.headers["content-type"] == "application/problem+json"
        assert [error["loc"] for error in reply.json()["errors"]] == [["body", field]]
        assert sql.execute("SELECT count(*) FROM users").fetchone() == (0,)

    def test_known_address_in_another_case(self, http: Http, accounts: Accounts) -> None:
        accounts.register("ada@example.com")
        reply = http("POST", "/auth/register", json_body={"email": "ADA@example.COM", "password": PASSWORD})
        assert (reply.status, reply.json()["code"]) == (409, "email_taken")

    def test_same_address_at_once(self, http: Http) -> None:
        spellings = ["ada@example.com", "Ada@example.com", "ADA@EXAMPLE.COM", "ada@Example.com", "adA@example.com"]
        answers = together(
            *(("POST", "/auth/register", {"json": {"email": each, "password": PASSWORD}}) for each in spellings)
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]

    def test_blanks_belong_to_the_password(self, accounts: Accounts) -> None:
        email = accounts.register(password="  correct horse ")
        assert accounts.log_in(email, "  correct horse ").status == 200
        assert accounts.log_in(email, "correct horse").status == 401

    def test_from_another_site(self, http: Http) -> None:
        body = {"email": "ada@example.com", "password": PASSWORD}
        reply = http("POST", "/auth/register", json_body=body, headers={"origin": "https://evil.test"})
        assert reply.status == 403


class TestMe:
    def test_anonymous(self, http: Http) -> None:
        reply = http("GET", "/auth/me")
        assert (reply.status, reply.json()["code"]) == (401, "unauthenticated")
        assert reply.headers["www-authenticate"] == "Bearer"

    def test_with_a_token_of_no_session(self, http: Http, shopper_token: str) -> None:
        reply = http("GET", "/auth/me", token=shopper_token)
        assert (reply.status, reply.json()["code"]) == (401, "session_ended")

    def test_by_bearer_and_by_cookie(self, http: Http, accounts: Accounts) -> None:
        email = accounts.register()
        ada = accounts.sign_in(email)
        for reply in (
            http("GET", "/auth/me", token=ada.access_token),
            http("GET", "/auth/me", cookies={"access_token": ada.access_token}),
        ):
            assert reply.status == 200
            user = reply.json()
            assert set(user) == {"id", "email", "role", "is_active", "created_at"}
            assert (user["id"], user["email"], user["role"]) == (ada.id, email, "user")

    def test_tells_the_role_as_it_is_now(self, http: Http, accounts: Accounts, sql: psycopg.Connection) -> None:
        ada = accounts.sign_in()
        sql.execute("UPDATE users SET role = 'admin'")
        assert http("GET", "/auth/me", token=ada.access_token).json()["role"] == "admin"

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE users SET is_active = false",
            "UPDATE sessions SET ended_at = now()",
            "UPDATE sessions SET expires_at = now()",
            "DELETE FROM users",
        ],
    )
    def test_when_it_is_over(self, http: Http, accounts: Accounts, sql: psycopg.Connection, change: str) -> None:
        ada = accounts.sign_in()
        sql.execute(change.encode())
        reply = http("GET", "/auth/me", token=ada.access_token)
        assert (reply.status, reply.json()["code"]) == (401, "session_ended")
