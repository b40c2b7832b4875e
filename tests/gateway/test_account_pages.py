from collections.abc import Callable

import pytest

from factories.events import Http
from factories.visit import HTML, Visit
from gateway.web.addresses import own_path

ADMIN, ADMIN_PASSWORD = "admin@example.com", "admin123"
PASSWORD = "correct horse"
Places = Callable[..., None]


class TestLoginPage:
    def test_names_the_administrator_where_everybody_knows_him(self, nobody: Visit) -> None:
        page = nobody.get("/login")

        assert page.status == 200
        assert "admin@example.com" in page.text
        assert "admin123" in page.text

    def test_names_nobody_elsewhere(self, nobody: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STAGE", "prod")

        assert "admin123" not in nobody.get("/login").text

    def test_helps_password_managers(self, nobody: Visit) -> None:
        page = nobody.get("/login").text

        assert 'autocomplete="username"' in page
        assert 'autocomplete="current-password"' in page

    def test_sends_on_who_is_signed_in(self, shopper: Visit) -> None:
        page = shopper.get("/login?next=/products/mug")

        assert page.status == 303
        assert page.headers["location"] == "/products/mug"


class TestLogin:
    def test_without_the_page_s_token(self, http: Http) -> None:
        page = http("POST", "/login", form={"email": ADMIN, "password": ADMIN_PASSWORD}, headers=HTML)

        assert page.status == 403
        assert "access_token" not in str(page.cookies)
        assert f'value="{ADMIN}"' in page.text
        assert ADMIN_PASSWORD not in page.text.replace("the password admin123", "")

    def test_from_another_site(self, nobody: Visit) -> None:
        nobody.get("/login")

        page = nobody._http(  # noqa: SLF001
            "POST",
            "/login",
            form={"email": ADMIN, "password": ADMIN_PASSWORD},
            headers={**HTML, "sec-fetch-site": "cross-site"},
        )

        assert page.status == 403
        assert "This door is not yours." in page.text

    def test_incomplete(self, nobody: Visit) -> None:
        page = nobody.sign_in(ADMIN, "")

        assert page.status == 400
        assert 'aria-describedby="password-error" aria-invalid="true"' in page.text
        assert 'id="password-error">Your password, please.' in page.text

    @pytest.mark.parametrize("email", [ADMIN, "nobody@example.com", "no address"])
    def test_wrong(self, nobody: Visit, email: str) -> None:
        page = nobody.sign_in(email, "not it at all")

        assert page.status == 401
        assert "do not belong together" in page.text
        assert "access_token" not in nobody.cookies

    def test_valid(self, nobody: Visit) -> None:
        answer = nobody.sign_in(ADMIN, ADMIN_PASSWORD)

        assert answer.status == 303
        assert answer.headers["location"] == "/"
        assert {"access_token", "refresh_token"} <= nobody.cookies.keys()
        assert 'href="/admin"' in nobody.get("/").text

    @pytest.mark.parametrize(
        ("wanted", "location"),
        [("/admin?q=a", "/admin?q=a"), ("//bad.test", "/"), ("https://bad.test", "/"), ("/\\bad.test", "/")],
    )
    def test_goes_on_to_our_own_pages_only(self, nobody: Visit, wanted: str, location: str) -> None:
        nobody.get("/login")

        answer = nobody.post(f"/login?next={wanted}", {"email": ADMIN, "password": ADMIN_PASSWORD})

        assert answer.headers["location"] == location

    def test_auth_dead(self, nobody: Visit, places: Places, dead_address: str) -> None:
        places(auth=dead_address)

        page = nobody.sign_in(ADMIN, ADMIN_PASSWORD)

        assert page.status == 503
        assert "We cannot reach your account just now." in page.text


class TestRegister:
    def test_incomplete(self, nobody: Visit) -> None:
        nobody.get("/register")

        page = nobody.post("/register", {"email": "", "password": ""})

        assert page.status == 400
        assert 'id="email-error"' in page.text
        assert 'id="password-error"' in page.text

    @pytest.mark.parametrize(
        ("email", "password", "field"), [("no address", PASSWORD, "email"), ("a@example.com", "short", "password")]
    )
    def test_not_acceptable(self, nobody: Visit, email: str, password: str, field: str) -> None:
        nobody.get("/register")

        page = nobody.post("/register", {"email": email, "password": password})

        assert page.status == 400
        assert f'id="{field}-error"' in page.text

    def test_known_address(self, nobody: Visit) -> None:
        nobody.get("/register")

        page = nobody.post("/register", {"email": ADMIN, "password": PASSWORD})

        assert page.status == 409
        assert 'id="email-error">There is an account with this address already.' in page.text

    def test_valid(self, nobody: Visit) -> None:
        nobody.get("/register")

        answer = nobody.post("/register?next=/products/mug", {"email": "new@example.com", "password": f" {PASSWORD} "})

        assert answer.status == 303
        assert answer.headers["location"] == "/products/mug"
        assert "Sign out" in nobody.get("/").text

        again = Visit(nobody._http)  # noqa: SLF001
        assert again.sign_in("new@example.com", PASSWORD).status == 401
        assert again.sign_in("new@example.com", f" {PASSWORD} ").status == 303


class TestLogout:
    def test_of_nobody(self, nobody: Visit) -> None:
        nobody.get("/")

        assert nobody.post("/logout", {}).status == 303

    def test_without_the_page_s_token(self, shopper: Visit) -> None:
        shopper.get("/")

        assert shopper.post("/logout", {"csrf_token": "another"}).status == 403
        assert "Sign out" in shopper.get("/").text

    def test_valid(self, shopper: Visit) -> None:
        shopper.get("/")

        answer = shopper.post("/logout", {})

        assert answer.status == 303
        assert answer.headers["location"] == "/"
        assert not {"access_token", "refresh_token"} & shopper.cookies.keys()
        assert "Sign in" in shopper.get("/").text


class TestOwnPath:
    @pytest.mark.parametrize("address", ["/", "/admin?q=a&b=c", "/products/mug#facts", "/?next=//x"])
    def test_is_ours(self, address: str) -> None:
        assert own_path(address) == address

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "admin",
            "//bad.test",
            "/\\bad.test",
            "\\\\bad.test",
            "https://bad.test",
            "javascript:a",
            "/\tx",
            "/\nx",
            " /x",
            "/ä",
        ],
    )
    def test_is_not(self, address: str) -> None:
        assert own_path(address, "/else") == "/else"
