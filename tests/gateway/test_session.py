"""Who the gateway takes a visitor for, and how sessions go on."""

from collections.abc import Callable

import pytest

from factories.events import Http
from factories.visit import Visit
from gateway import session as gateway_session
from gateway.web import form_tokens

Places = Callable[..., None]
Answering = Callable[[bytes], tuple[str, list[bytes]]]
SMUGGLED = r"\015\012x-smuggled: yes"
"""A line end and a header, as a quoted cookie may carry them."""


def without_access(visit: Visit) -> dict[str, str]:
    """The cookies a quarter of an hour later: the access token is gone, the refresh token is still there."""
    return {name: value for name, value in visit.cookies.items() if name != "access_token"}


class TestRenewal:
    @pytest.mark.parametrize("access", [None, "old.or.broken"])
    def test_the_visitor_stays_signed_in(self, http: Http, admin: Visit, access: str | None) -> None:
        cookies = without_access(admin) | ({"access_token": access} if access else {})
        reply = http("GET", "/admin", cookies=cookies)
        assert reply.status == 200
        renewed = [line.partition("=")[0] for line in reply.cookies]
        assert renewed == ["access_token", "refresh_token"]
        assert all("HttpOnly" in line and "SameSite" in line for line in reply.cookies)

    def test_two_tabs_at_once(self, http: Http, admin: Visit) -> None:
        cookies = without_access(admin)
        assert [http("GET", "/admin", cookies=cookies).status for _ in range(2)] == [200, 200]

    def test_below_api(self, http: Http, admin: Visit) -> None:
        reply = http("GET", "/api/products", query="active=all", cookies=without_access(admin))
        assert reply.status == 200
        assert len(reply.cookies) == 2

    def test_on_an_error_page(self, admin: Visit) -> None:
        del admin.cookies["access_token"]
        assert admin.get("/nowhere").status == 404
        assert "access_token" in admin.cookies
        assert admin.get("/admin").status == 200

    def test_cookies_are_secure_where_the_visitor_uses_https(self, http: Http, admin: Visit) -> None:
        forwarded = {"x-forwarded-proto": "https"}
        reply = http("GET", "/admin", cookies=without_access(admin), headers=forwarded)
        assert len(reply.cookies) == 2
        assert all("Secure" in line for line in reply.cookies)

    def test_an_ended_session_is_forgotten(self, http: Http, admin: Visit) -> None:
        kept = without_access(admin)
        admin.get("/")
        admin.post("/logout", {})
        reply = http("GET", "/", cookies=kept)
        assert reply.status == 200
        assert [line.partition(";")[0] for line in reply.cookies] == ["access_token=", "refresh_token=", "cart_count="]

    def test_nothing_is_asked_for_static_files(self, http: Http, admin: Visit) -> None:
        assert http("GET", "/health", cookies=without_access(admin)).cookies == []


class TestAuthUnavailable:
    def test_reading_goes_on_as_nobody(self, http: Http, admin: Visit, places: Places, dead_address: str) -> None:
        kept = without_access(admin)
        places(auth=dead_address)
        for path in ("/", "/api/products"):
            reply = http("GET", path, cookies=kept)
            assert (reply.status, reply.cookies) == (200, []), path

    def test_what_needs_a_session_waits(self, http: Http, admin: Visit, places: Places, dead_address: str) -> None:
        kept = without_access(admin)
        places(auth=dead_address)
        for method, path in (("GET", "/admin"), ("POST", "/api/products")):
            reply = http(method, path, cookies=kept)
            assert reply.status == 503, path
            assert reply.json()["detail"] == "auth unavailable"

    def test_an_access_token_needs_no_auth(self, admin: Visit, places: Places, dead_address: str) -> None:
        places(auth=dead_address)
        assert admin.get("/admin").status == 200


class TestLogout:
    def test_ends_the_session(self, http: Http, admin: Visit) -> None:
        kept = dict(admin.cookies)
        admin.get("/")
        assert admin.post("/logout", {}).status == 303
        assert "access_token" not in admin.cookies
        assert "refresh_token" not in admin.cookies
        assert http("GET", "/admin", cookies={"refresh_token": kept["refresh_token"]}).status == 303

    def test_while_auth_is_away(self, admin: Visit, places: Places, dead_address: str) -> None:
        admin.get("/")
        places(auth=dead_address)
        reply = admin.post("/logout", {})
        assert (reply.status, reply.headers["location"]) == (303, "/")
        assert reply.cookies == gateway_session.FORGOTTEN

    @pytest.mark.parametrize("cookie", ["access_token", "refresh_token"])
    def test_with_cookies_that_are_no_tokens(
        self, http: Http, places: Places, answering: Answering, cookie: str
    ) -> None:
        address, heard = answering(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
        places(auth=address)
        reply = http("POST", "/logout", cookies={cookie: f'"a{SMUGGLED}"'})
        assert reply.status == 303
        assert reply.cookies == gateway_session.FORGOTTEN
        assert not any(b"\r\nx-smuggled" in each for each in heard)


class TestFormTokens:
    def test_of_another_session(self, http: Http, admin: Visit, shopper: Visit) -> None:
        shopper.get("/")
        admin.page = shopper.page
        assert admin.post("/admin/products/new", {"name": "X", "sku": "X", "price": "1"}).status == 403

    def test_of_nobody(self, nobody: Visit, admin: Visit) -> None:
        admin.page = nobody.get("/login")
        assert admin.post("/admin/products/new", {"name": "X", "sku": "X", "price": "1"}).status == 403

    @pytest.mark.parametrize("token", ["", "x", "x.y", ".", "ä.ö"])
    def test_made_up(self, http: Http, admin: Visit, token: str) -> None:
        form = {"csrf_token": token, "name": "X", "sku": "X", "price": "1"}
        assert http("POST", "/admin/products/new", form=form, cookies=admin.cookies).status == 403

    def test_a_visitor_who_is_not_signed_in_gets_one_cookie(self, nobody: Visit) -> None:
        first = nobody.get("/login")
        assert [line.partition("=")[0] for line in first.cookies] == [form_tokens.COOKIE]
        assert "HttpOnly" in first.cookies[0]
        assert nobody.get("/register").cookies == []

    def test_pages_without_forms_set_none(self, nobody: Visit) -> None:
        assert nobody.get("/").cookies == []


def test_an_unknown_refresh_token_is_forgotten(http: Http) -> None:
    reply = http("GET", "/", cookies={gateway_session.REFRESH_COOKIE: "stolen or made up"})
    assert reply.status == 200
    assert reply.cookies == gateway_session.FORGOTTEN
