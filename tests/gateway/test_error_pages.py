from collections.abc import Callable
from uuid import UUID

import pytest

from factories.events import Http
from factories.visit import HTML, Visit
from gateway.web.error_pages import prefers_html

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class TestPrefersHtml:
    @pytest.mark.parametrize("accept", [BROWSER, "text/html", "application/json;q=0.5, text/html;q=0.9", "TEXT/HTML"])
    def test_yes(self, accept: str) -> None:
        assert prefers_html(accept)

    @pytest.mark.parametrize(
        "accept", ["", "*/*", "application/json", "text/html;q=0.5,application/json", "text/html;q=0", "text/html;q=x"]
    )
    def test_no(self, accept: str) -> None:
        assert not prefers_html(accept)


class TestNoRoute:
    def test_for_a_browser(self, nobody: Visit) -> None:
        page = nobody.get("/nowhere")

        assert page.status == 404
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["x-request-id"] == "edge-request-id"
        assert "We looked everywhere." in page.text

    def test_for_a_program(self, http: Http) -> None:
        answer = http("GET", "/nowhere", headers={"accept": "*/*"})

        assert answer.status == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "not_found"

    def test_below_api_for_a_browser(self, http: Http) -> None:
        answer = http("GET", "/api/nowhere", headers=HTML)

        assert answer.status == 404
        assert answer.headers["content-type"] == "application/problem+json"

    @pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "FOO"])
    @pytest.mark.parametrize(
        ("path", "allowed"),
        [
            ("/", "GET, HEAD"),
            ("/login", "GET, HEAD, POST"),
            ("/logout", "POST"),
            ("/health", "GET, HEAD"),
            ("/admin/import", "GET, HEAD, POST"),
            (f"/admin/products/{UUID(int=1)}", "GET, HEAD, POST"),
        ],
    )
    def test_other_method(self, http: Http, method: str, path: str, allowed: str) -> None:
        page = http(method, path, headers=HTML)

        assert page.status == 405
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["allow"] == allowed


class TestTrailingSlash:
    @pytest.mark.parametrize(
        ("path", "query", "location"),
        [
            ("/admin/", "q=a%26b", "/admin?q=a%26b"),
            ("/login/", "", "/login"),
            ("/products/mug//", "", "/products/mug"),
            ("/products/müg/", "", "/products/m%C3%BCg"),
        ],
    )
    def test_of_a_page(self, http: Http, path: str, query: str, location: str) -> None:
        answer = http("GET", path, query=query)

        assert answer.status == 308
        assert answer.headers["location"] == location

    @pytest.mark.parametrize("path", ["//", "//bad.test/", "//bad.test/..//", "/api/products/", "/static/docs/"])
    def test_of_what_is_no_page(self, http: Http, path: str) -> None:
        assert http("GET", path).status == 404


class TestOwnFailure:
    def test_is_a_page_that_tells_nothing_of_it(self, nobody: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CATALOG_URL")
        _forget_clients()

        page = nobody.get("/")

        assert page.status == 500
        assert "That went wrong." in page.text
        assert "CATALOG_URL" not in page.text


class TestVisitorWhoCannotBeTold:
    def test_gets_the_page_as_nobody(self, shopper: Visit, places: Callable[..., None], dead_address: str) -> None:
        places(auth=dead_address)
        shopper.cookies["access_token"] = "not.a.token"

        page = shopper.get("/nowhere")

        assert page.status == 404
        assert "Sign in" in page.text


class TestEveryPage:
    @pytest.mark.parametrize("path", ["/", "/login", "/register", "/nowhere"])
    def test_allows_nothing_inline_and_nothing_from_elsewhere(self, nobody: Visit, path: str) -> None:
        page = nobody.get(path)

        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert " style=" not in page.text
        assert "<style" not in page.text
        assert "<script>" not in page.text
        assert 'src="http' not in page.text
        assert page.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("host", ["[", "[::1]:8000", "[x]:y", ""])
    @pytest.mark.parametrize(("path", "status"), [("/", 200), ("/login", 200), ("/admin", 303), ("/nowhere", 404)])
    def test_whatever_the_host_is_called(self, http: Http, host: str, path: str, status: int) -> None:
        assert http("GET", path, headers={**HTML, "host": host}).status == status


class TestHealth:
    def test_asks_nobody(self, http: Http, places: Callable[..., None], dead_address: str) -> None:
        places(auth=dead_address, catalog=dead_address)

        answer = http("GET", "/health")

        assert answer.status == 200
        assert answer.json() == {"status": "ok"}


def _forget_clients() -> None:
    from gateway import services

    services.catalog.cache_clear()
