"""Accounts and sign-in, as design has them at the API Gateway."""

import uuid

import httpx

from factories.problems import assert_problem

PASSWORD = "a-long-enough-password"


def new_email() -> str:
    return f"{uuid.uuid4()}@example.com"


class TestRegister:
    def test_valid(self, nobody: httpx.Client) -> None:
        email = new_email()
        answer = nobody.post("/auth/register", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 201
        user = answer.json()
        assert user["email"] == email
        assert user["role"] == "user"
        assert user["is_active"] is True
        assert uuid.UUID(user["id"])
        assert "password" not in answer.text

    def test_known_address_in_another_case(self, nobody: httpx.Client) -> None:
        email = new_email()
        nobody.post("/auth/register", json={"email": email, "password": PASSWORD}).raise_for_status()
        again = nobody.post("/auth/register", json={"email": email.upper(), "password": PASSWORD})
        assert_problem(again, 409, "email_taken")

    def test_unknown_field(self, nobody: httpx.Client) -> None:
        body = {"email": new_email(), "password": PASSWORD, "role": "admin"}
        problem = assert_problem(nobody.post("/auth/register", json=body), 422, "invalid_request")
        assert problem["errors"][0]["loc"][-1] == "role"

    def test_bad_address(self, nobody: httpx.Client) -> None:
        answer = nobody.post("/auth/register", json={"email": "nobody", "password": PASSWORD})
        problem = assert_problem(answer, 422, "invalid_request")
        assert problem["errors"][0]["loc"][-1] == "email"


class TestSignIn:
    def test_by_form(self, nobody: httpx.Client) -> None:
        answer = nobody.post("/auth/login", data={"username": "admin@example.com", "password": "admin123"})
        assert answer.status_code == 200
        body = answer.json()
        assert body["token_type"] == "bearer"
        assert body["expires_in"] == 900
        cookies = {cookie.split("=", 1)[0]: cookie for cookie in answer.headers.get_list("set-cookie")}
        assert set(cookies) >= {"access_token", "refresh_token"}
        assert "httponly" in cookies["access_token"].lower()
        assert "samesite=lax" in cookies["access_token"].lower()
        bearer = {"Authorization": f"Bearer {body['access_token']}"}
        nobody.cookies.clear()
        assert nobody.get("/auth/me", headers=bearer).json()["role"] == "admin"

    def test_wrong_password_and_unknown_user_sound_alike(self, nobody: httpx.Client) -> None:
        known = nobody.post("/auth/login", data={"username": "admin@example.com", "password": "not-it"})
        unknown = nobody.post("/auth/login", data={"username": new_email(), "password": "not-it"})
        assert_problem(known, 401, "invalid_credentials")
        assert known.json() == unknown.json()

    def test_refresh_gives_new_tokens(self, nobody: httpx.Client) -> None:
        nobody.post("/auth/login", data={"username": "admin@example.com", "password": "admin123"})
        before = nobody.cookies["refresh_token"]
        answer = nobody.post("/auth/refresh")
        assert answer.status_code == 200
        assert answer.json()["access_token"]
        assert nobody.cookies["refresh_token"] != before

    def test_sign_out_ends_the_session(self, nobody: httpx.Client) -> None:
        nobody.post("/auth/login", data={"username": "admin@example.com", "password": "admin123"})
        kept = dict(nobody.cookies)
        assert nobody.post("/auth/logout").status_code == 204
        assert not nobody.cookies.get("access_token")
        nobody.cookies.update(kept)
        assert_problem(nobody.get("/auth/me"), 401, "session_ended")


class TestUsers:
    def test_anonymous(self, nobody: httpx.Client) -> None:
        assert_problem(nobody.get("/auth/users"), 401, "unauthenticated")

    def test_shopper(self, shopper: httpx.Client) -> None:
        assert_problem(shopper.get("/auth/users"), 403, "forbidden")

    def test_admin(self, admin: httpx.Client) -> None:
        page = admin.get("/auth/users", params={"limit": 1}).json()
        assert len(page["items"]) == 1
        assert "next_cursor" in page

    def test_a_deactivated_shopper_is_out(self, admin: httpx.Client, nobody: httpx.Client) -> None:
        email = new_email()
        user = nobody.post("/auth/register", json={"email": email, "password": PASSWORD}).json()
        nobody.post("/auth/login", data={"username": email, "password": PASSWORD}).raise_for_status()
        assert admin.patch(f"/auth/users/{user['id']}", json={"is_active": False}).json()["is_active"] is False
        assert nobody.get("/auth/me").status_code == 401
        again = nobody.post("/auth/login", data={"username": email, "password": PASSWORD})
        assert_problem(again, 401, "invalid_credentials")

    def test_unknown(self, admin: httpx.Client) -> None:
        answer = admin.patch(f"/auth/users/{uuid.uuid4()}", json={"role": "user"})
        assert_problem(answer, 404, "not_found")


def test_health(nobody: httpx.Client) -> None:
    assert nobody.get("/auth/health").json()["status"] == "ok"
