"""What administrators see and do."""

import uuid

import psycopg
import pytest

from factories.events import Http
from shopkit.auth.principal import Role

from .conftest import Accounts, SignedIn
from .test_accounts import together


@pytest.fixture
def admin(accounts: Accounts) -> SignedIn:
    return accounts.sign_in(role=Role.admin)


class TestListUsers:
    def test_anonymous(self, http: Http) -> None:
        assert http("GET", "/auth/users").status == 401

    def test_shopper(self, http: Http, shopper_token: str) -> None:
        assert http("GET", "/auth/users", token=shopper_token).status == 403

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"limit": "0"}, "limit"),
            ({"limit": "101"}, "limit"),
            ({"role": "owner"}, "role"),
            ({"q": "x" * 255}, "q"),
            ({"q": "\0"}, "q"),
            ({"cursor": "broken"}, "cursor"),
            ({"cursor": "WyJuZXdlc3QiLDEsMl0"}, "cursor"),  # ["newest",1,2]
            ({"cursor": "WyJvbGRlc3QiLDEsMl0"}, "cursor"),  # ["oldest",1,2]
        ],
    )
    def test_invalid(self, http: Http, admin_token: str, query: dict[str, str], field: str) -> None:
        reply = http("GET", "/auth/users", token=admin_token, query=query)
        assert reply.status == 422
        assert [error["loc"] for error in reply.json()["errors"]] == [["query", field]]

    def test_newest_first(self, http: Http, accounts: Accounts, admin: SignedIn) -> None:
        newest = accounts.register()
        answer = http("GET", "/auth/users", token=admin.access_token).json()
        assert [user["email"] for user in answer["items"]] == [newest, admin.email]
        assert set(answer["items"][0]) == {"id", "email", "role", "is_active", "created_at"}
        assert answer["next_cursor"] is None

    def test_by_part_of_the_address(self, http: Http, admin_token: str, sql: psycopg.Connection) -> None:
        emails = ["a_b%c@x.com", "aXb%c@x.com", "a_bXc@x.com", "ADA@example.com"]
        for email in emails:
            sql.execute("INSERT INTO users (email, password_hash) VALUES (%s, '')", [email])

        def found(q: str) -> set[str]:
            answer = http("GET", "/auth/users", token=admin_token, query={"q": q}).json()
            return {user["email"] for user in answer["items"]}

        assert found("a_b%") == {"a_b%c@x.com"}
        assert found("ada@EXAMPLE") == {"ADA@example.com"}
        assert found("\\") == set()
        assert found("") == set(emails)

    def test_by_role(self, http: Http, accounts: Accounts, admin: SignedIn) -> None:
        accounts.register()
        answer = http("GET", "/auth/users", token=admin.access_token, query={"role": "admin"}).json()
        assert [user["id"] for user in answer["items"]] == [admin.id]

    def test_pages_without_gaps_or_repeats(self, http: Http, admin_token: str, sql: psycopg.Connection) -> None:
        sql.execute(
            "INSERT INTO users (email, password_hash, created_at)"
            " SELECT n || '@example.com', '', now() - (n / 10) * interval '1 us' FROM generate_series(1, 95) AS n"
        )
        expected = [str(row[0]) for row in sql.execute("SELECT id FROM users ORDER BY created_at DESC, id DESC")]
        seen: list[str] = []
        query = {"limit": "10"}
        while True:
            page = http("GET", "/auth/users", token=admin_token, query=query).json()
            seen += [user["id"] for user in page["items"]]
            sql.execute("INSERT INTO users (email, password_hash) VALUES (%s, '')", [f"{uuid.uuid4().hex}@x.com"])
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert seen == expected


class TestChangeUser:
    def test_anonymous(self, http: Http) -> None:
        assert http("PATCH", f"/auth/users/{uuid.uuid4()}", json_body={"role": "admin"}).status == 401

    def test_shopper(self, http: Http, accounts: Accounts) -> None:
        ada = accounts.sign_in()
        reply = http("PATCH", f"/auth/users/{ada.id}", json_body={"role": "admin"}, token=ada.access_token)
        assert (reply.status, reply.json()["code"]) == (403, "forbidden")

    def test_unknown(self, http: Http, admin: SignedIn) -> None:
        reply = http("PATCH", f"/auth/users/{uuid.uuid4()}", json_body={"role": "user"}, token=admin.access_token)
        assert (reply.status, reply.json()["code"]) == (404, "not_found")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"email": "x@example.com"}, "email"),
            ({"role": "owner"}, "role"),
            ({"role": None}, "role"),
            ({"is_active": None}, "is_active"),
            ({"is_active": "yes"}, "is_active"),
        ],
    )
    def test_invalid(self, http: Http, admin: SignedIn, body: dict[str, object], field: str) -> None:
        reply = http("PATCH", f"/auth/users/{admin.id}", json_body=body, token=admin.access_token)
        assert reply.status == 422
        assert [error["loc"] for error in reply.json()["errors"]] == [["body", field]]

    def test_id_that_is_none(self, http: Http, admin: SignedIn) -> None:
        reply = http("PATCH", "/auth/users/7", json_body={}, token=admin.access_token)
        assert [error["loc"] for error in reply.json()["errors"]] == [["path", "user_id"]]

    @pytest.mark.parametrize("body", [{"role": "user"}, {"is_active": False}])
    def test_own_account(self, http: Http, admin: SignedIn, body: dict[str, object]) -> None:
        reply = http("PATCH", f"/auth/users/{admin.id}", json_body=body, token=admin.access_token)
        assert (reply.status, reply.json()["code"]) == (409, "own_account")
        assert http("GET", "/auth/me", token=admin.access_token).status == 200

    @pytest.mark.parametrize("body", [{}, {"role": "admin", "is_active": True}])
    def test_nothing_changes(self, http: Http, admin: SignedIn, body: dict[str, object]) -> None:
        reply = http("PATCH", f"/auth/users/{admin.id}", json_body=body, token=admin.access_token)
        assert reply.status == 200
        assert reply.json() == http("GET", "/auth/me", token=admin.access_token).json()

    @pytest.mark.parametrize("body", [{"role": "admin"}, {"is_active": False}])
    def test_ends_the_sessions(self, http: Http, accounts: Accounts, admin: SignedIn, body: dict[str, object]) -> None:
        phone = accounts.sign_in()
        laptop = accounts.sign_in(phone.email)
        bystander = accounts.sign_in()
        reply = http("PATCH", f"/auth/users/{phone.id}", json_body=body, token=admin.access_token)
        assert reply.status == 200
        assert reply.json().items() >= body.items()
        for session in (phone, laptop):
            assert http("GET", "/auth/me", token=session.access_token).status == 401
            assert http("POST", "/auth/refresh", cookies={"refresh_token": session.refresh_token}).status == 401
        assert http("GET", "/auth/me", token=bystander.access_token).status == 200

    def test_off_and_on(self, http: Http, accounts: Accounts, admin: SignedIn) -> None:
        ada = accounts.sign_in()
        for is_active, status in ((False, 401), (True, 200)):
            change = {"is_active": is_active}
            http("PATCH", f"/auth/users/{ada.id}", json_body=change, token=admin.access_token)
            assert accounts.log_in(ada.email).status == status
        assert http("GET", "/auth/me", token=ada.access_token).status == 401

    def test_by_who_was_demoted_meanwhile(self, http: Http, accounts: Accounts, admin: SignedIn) -> None:
        other = accounts.sign_in(role=Role.admin)
        http("PATCH", f"/auth/users/{other.id}", json_body={"role": "user"}, token=admin.access_token)
        reply = http("PATCH", f"/auth/users/{admin.id}", json_body={"role": "user"}, token=other.access_token)
        assert (reply.status, reply.json()["code"]) == (401, "session_ended")

    def test_two_administrators_at_once(self, accounts: Accounts, admin: SignedIn, sql: psycopg.Connection) -> None:
        other = accounts.sign_in(role=Role.admin)
        answers = together(
            *(
                (
                    "PATCH",
                    f"/auth/users/{target.id}",
                    {"json": {"is_active": False}, "headers": {"authorization": f"Bearer {by.access_token}"}},
                )
                for by, target in ((admin, other), (other, admin))
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 401]
        assert sql.execute("SELECT count(*) FROM users WHERE role = 'admin' AND is_active").fetchone() == (1,)
