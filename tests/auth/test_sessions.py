"""Signing in, renewing, signing out."""

import psycopg
import pytest

from auth.domain import fingerprint
from factories.events import Http, Reply
from shopkit import runtime
from shopkit.auth.principal import Role, read

from .conftest import PASSWORD, Accounts, cookie_values, cookies_of, weak_hash
from .test_accounts import together


def answers_tokens(reply: Reply) -> None:
    assert reply.status == 200, reply.text
    body = reply.json()
    assert set(body) == {"access_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 900)
    assert reply.headers["cache-control"] == "no-store"
    assert cookie_values(reply)["access_token"] == body["access_token"]


def is_refused(reply: Reply, code: str) -> None:
    assert (reply.status, reply.json()["code"]) == (401, code)
    assert reply.cookies == []


class TestLogin:
    @pytest.mark.parametrize(
        ("form", "fields"),
        [
            ({}, ["username", "password"]),
            ({"username": "ada@example.com"}, ["password"]),
            ({"password": PASSWORD}, ["username"]),
            ({"username": "ada@example.com", "password": PASSWORD, "grant_type": "implicit"}, ["grant_type"]),
        ],
    )
    def test_invalid(self, http: Http, form: dict[str, str], fields: list[str]) -> None:
        reply = http("POST", "/auth/login", form=form)
        assert reply.status == 422
        assert [error["loc"] for error in reply.json()["errors"]] == [["body", field] for field in fields]

    @pytest.mark.parametrize(
        ("email", "password"),
        [
            ("ada@example.com", "wrong horse"),
            ("ada@example.com", "short"),
            ("ada@example.com", "x" * 100_000),
            ("ada@example.com", PASSWORD.upper()),
            ("bob@example.com", PASSWORD),
            ("no address", PASSWORD),
            ("ada@example.com\0", PASSWORD),
        ],
    )
    def test_wrong(self, accounts: Accounts, email: str, password: str) -> None:
        accounts.register("ada@example.com")
        reply = accounts.log_in(email, password)
        is_refused(reply, "invalid_credentials")
        assert reply.json()["detail"] == "The e-mail address or the password is wrong."

    def test_switched_off(self, accounts: Accounts, sql: psycopg.Connection) -> None:
        email = accounts.register()
        sql.execute("UPDATE users SET is_active = false")
        is_refused(accounts.log_in(email), "invalid_credentials")
        assert sql.execute("SELECT count(*) FROM sessions").fetchone() == (0,)

    def test_valid(self, accounts: Accounts, sql: psycopg.Connection) -> None:
        email = accounts.register(role=Role.admin)
        reply = accounts.log_in(f" {email.upper()} ")
        answers_tokens(reply)
        who = runtime.loop().run_until_complete(read(reply.json()["access_token"]))
        stored = sql.execute("SELECT user_id::text, id::text FROM sessions").fetchone()
        assert who.role is Role.admin
        assert (who.id, who.session_id) == stored

    def test_cookies(self, accounts: Accounts) -> None:
        cookies = cookies_of(accounts.log_in(accounts.register()))
        assert set(cookies) == {"access_token", "refresh_token"}
        assert [cookies[name]["max-age"] for name in ("access_token", "refresh_token")] == ["900", "2592000"]
        for cookie in cookies.values():
            assert cookie["httponly"]
            assert (cookie["samesite"].lower(), cookie["path"], cookie["secure"]) == ("lax", "/", "")

    def test_cookies_are_secure_on_https(self, http: Http, accounts: Accounts) -> None:
        form = {"username": accounts.register(), "password": PASSWORD}
        reply = http("POST", "/auth/login", form=form, headers={"x-forwarded-proto": "https"})
        assert all(cookie["secure"] for cookie in cookies_of(reply).values())

    def test_refresh_token_is_stored_as_a_hash_only(self, accounts: Accounts, sql: psycopg.Connection) -> None:
        ada = accounts.sign_in()
        assert sql.execute("SELECT hash FROM refresh_tokens").fetchall() == [(fingerprint(ada.refresh_token),)]

    def test_session_lives_30_days(self, accounts: Accounts, sql: psycopg.Connection) -> None:
        accounts.sign_in()
        assert sql.execute("SELECT (expires_at - created_at)::text FROM sessions").fetchone() == ("30 days",)

    def test_weak_hash_is_replaced(self, accounts: Accounts, sql: psycopg.Connection) -> None:
        email = accounts.register()
        weak = weak_hash(PASSWORD)
        sql.execute("UPDATE users SET password_hash = %s", [weak])
        assert accounts.log_in(email).status == 200
        (stored,) = sql.execute("SELECT password_hash FROM users").fetchone() or ("",)
        assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert accounts.log_in(email).status == 200


class TestRefresh:
    def test_anonymous(self, http: Http) -> None:
        is_refused(http("POST", "/auth/refresh"), "unauthenticated")

    def test_unknown(self, http: Http) -> None:
        is_refused(http("POST", "/auth/refresh", cookies={"refresh_token": "made-up"}), "session_ended")

    @pytest.mark.parametrize("body", [{"refresh_token": None}, {"refresh_token": "\ud800"}, {"token": "x"}, {}])
    def test_invalid(self, http: Http, body: dict[str, object]) -> None:
        assert http("POST", "/auth/refresh", json_body=body).status == 422

    def test_by_cookie_and_by_body(self, http: Http, accounts: Accounts) -> None:
        ada = accounts.sign_in()
        first = http("POST", "/auth/refresh", cookies={"refresh_token": ada.refresh_token})
        answers_tokens(first)
        second = http("POST", "/auth/refresh", json_body={"refresh_token": cookie_values(first)["refresh_token"]})
        answers_tokens(second)
        tokens = {ada.refresh_token, *(cookie_values(each)["refresh_token"] for each in (first, second))}
        assert len(tokens) == 3
        assert http("GET", "/auth/me", token=second.json()["access_token"]).json()["id"] == ada.id

    def test_carries_the_role_as_it_is_now(self, http: Http, accounts: Accounts, sql: psycopg.Connection) -> None:
        ada = accounts.sign_in()
        sql.execute("UPDATE users SET role = 'admin'")
        reply = http("POST", "/auth/refresh", cookies={"refresh_token": ada.refresh_token})
        assert runtime.loop().run_until_complete(read(reply.json()["access_token"])).role is Role.admin

    def test_at_once(self, accounts: Accounts, sql: psycopg.Connection) -> None:
        body = {"json": {"refresh_token": accounts.sign_in().refresh_token}}
        answers = together(*(("POST", "/auth/refresh", body) for _ in range(5)))
        assert [answer.status_code for answer in answers] == [200] * 5
        assert sql.execute("SELECT count(*), count(used_at) FROM refresh_tokens").fetchone() == (6, 1)

    def test_again_later_ends_the_session(self, http: Http, accounts: Accounts, sql: psycopg.Connection) -> None:
        ada = accounts.sign_in()
        renewed = http("POST", "/auth/refresh", cookies={"refresh_token": ada.refresh_token})
        sql.execute("UPDATE refresh_tokens SET used_at = used_at - interval '11 s'")
        is_refused(http("POST", "/auth/refresh", cookies={"refresh_token": ada.refresh_token}), "session_ended")
        assert http("GET", "/auth/me", token=renewed.json()["access_token"]).status == 401
        is_refused(http("POST", "/auth/refresh", cookies=cookie_values(renewed)), "session_ended")

    def test_reuse_leaves_other_sessions(self, http: Http, accounts: Accounts, sql: psycopg.Connection) -> None:
        phone = accounts.sign_in()
        sql.execute("UPDATE refresh_tokens SET used_at = now() - interval '11 s'")
        laptop = accounts.sign_in(phone.email)
        is_refused(http("POST", "/auth/refresh", cookies={"refresh_token": phone.refresh_token}), "session_ended")
        assert http("GET", "/auth/me", token=laptop.access_token).status == 200

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE users SET is_active = false",
            "UPDATE sessions SET ended_at = now()",
            "UPDATE sessions SET expires_at = now()",
        ],
    )
    def test_when_it_is_over(self, http: Http, accounts: Accounts, sql: psycopg.Connection, change: str) -> None:
        ada = accounts.sign_in()
        sql.execute(change.encode())
        is_refused(http("POST", "/auth/refresh", cookies={"refresh_token": ada.refresh_token}), "session_ended")


class TestLogout:
    @pytest.mark.parametrize(
        "sent",
        [{}, {"token": "not.a.token"}, {"cookies": {"access_token": "old", "refresh_token": "made-up"}}],
    )
    def test_without_a_session(self, http: Http, sent: dict[str, object]) -> None:
        reply = http("POST", "/auth/logout", **sent)  # type: ignore[arg-type]
        assert (reply.status, reply.body) == (204, b"")

    @pytest.mark.parametrize("by", ["bearer", "access cookie", "refresh cookie"])
    def test_ends_the_session(self, http: Http, accounts: Accounts, by: str) -> None:
        ada = accounts.sign_in()
        if by == "bearer":
            reply = http("POST", "/auth/logout", token=ada.access_token)
        elif by == "access cookie":
            reply = http("POST", "/auth/logout", cookies={"access_token": ada.access_token})
        else:
            reply = http("POST", "/auth/logout", cookies={"refresh_token": ada.refresh_token})
        assert reply.status == 204
        assert {name: cookie["max-age"] for name, cookie in cookies_of(reply).items()} == {
            "access_token": "0",
            "refresh_token": "0",
        }
        assert set(cookie_values(reply).values()) == {""}
        assert http("GET", "/auth/me", token=ada.access_token).status == 401
        is_refused(http("POST", "/auth/refresh", cookies={"refresh_token": ada.refresh_token}), "session_ended")

    def test_leaves_other_sessions(self, http: Http, accounts: Accounts) -> None:
        phone = accounts.sign_in()
        laptop = accounts.sign_in(phone.email)
        http("POST", "/auth/logout", token=phone.access_token)
        assert http("GET", "/auth/me", token=laptop.access_token).status == 200
