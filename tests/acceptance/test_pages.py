"""The pages, read as a browser without JavaScript would."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from factories.problems import assert_problem

Make = Callable[..., dict[str, Any]]
HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


def test_health(nobody: httpx.Client) -> None:
    assert nobody.get("/health").json() == {"status": "ok"}


def test_the_front_page_shows_products(nobody: httpx.Client) -> None:
    page = nobody.get("/", headers=HTML)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.text.count('href="/products/') >= 24
    assert "€" in page.text


def test_every_page_asset_is_ours_and_there(nobody: httpx.Client) -> None:
    page = nobody.get("/").text
    assets = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))
    assert assets
    assert not re.findall(r'<(?:script|link)[^>]+(?:src|href)="(?:https?:)?//', page)
    for path in assets:
        answer = nobody.get(path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


def test_a_product_page(nobody: httpx.Client, make_product: Make) -> None:
    product = make_product(name="Zebra & <b>Sons</b>", description="<p>Good</p><script>alert(1)</script>")
    page = nobody.get(f"/products/{product['handle']}", headers=HTML)
    assert page.status_code == 200
    assert "Zebra &amp; &lt;b&gt;Sons&lt;/b&gt;" in page.text
    assert "alert(1)" not in page.text


@pytest.mark.parametrize("path", ["/nowhere", "/products/there-is-no-such-thing"])
def test_not_found_is_a_page_for_browsers_and_a_problem_for_programs(nobody: httpx.Client, path: str) -> None:
    page = nobody.get(path, headers=HTML)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert_problem(nobody.get(path, headers={"Accept": "application/json"}), 404, "not_found")


@pytest.mark.parametrize(
    "path", ["/api/orders-of-nobody", "/api/products/../users", "/api//products", "/api/%2e%2e/auth/users"]
)
def test_the_proxy_offers_only_what_is_in_its_table(nobody: httpx.Client, path: str) -> None:
    assert nobody.get(path).status_code == 404


def test_the_admin_pages_are_for_admins(nobody: httpx.Client, shopper: httpx.Client, admin: httpx.Client) -> None:
    sent_to_sign_in = nobody.get("/admin", headers=HTML)
    assert sent_to_sign_in.status_code == 303
    assert sent_to_sign_in.headers["location"].startswith("/login")
    assert shopper.get("/admin", headers=HTML).status_code == 403
    assert admin.get("/admin", headers=HTML).status_code == 200


def sign_in_by_page(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    form = client.get(path, headers=HTML).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token is not None
    return client.post(path, data={"csrf_token": token[1], **fields}, headers=HTML)


def test_sign_in_by_page(nobody: httpx.Client) -> None:
    answer = sign_in_by_page(nobody, "/login?next=/admin", email="admin@example.com", password="admin123")
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/admin"
    assert nobody.get("/admin", headers=HTML).status_code == 200


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_sign_in_sends_nobody_to_another_site(nobody: httpx.Client, target: str) -> None:
    path = f"/login?next={target}"
    answer = sign_in_by_page(nobody, path, email="admin@example.com", password="admin123")
    assert answer.status_code == 303
    assert "evil" not in answer.headers["location"]


def test_a_wrong_password_is_told_on_the_page(nobody: httpx.Client) -> None:
    answer = sign_in_by_page(nobody, "/login", email="admin@example.com", password="not-it")
    assert answer.status_code == 401
    assert "<form" in answer.text


def test_a_form_without_its_token_is_refused(nobody: httpx.Client) -> None:
    form = {"email": "admin@example.com", "password": "admin123"}
    assert nobody.post("/login", data=form, headers=HTML).status_code == 403


def test_register_by_page(nobody: httpx.Client) -> None:
    email = f"{uuid.uuid4()}@example.com"
    answer = sign_in_by_page(nobody, "/register", email=email, password="a-long-enough-password")
    assert answer.status_code == 303, answer.text
    assert nobody.get("/auth/me").json()["email"] == email


def test_the_public_page_follows_the_switch(nobody: httpx.Client, admin: httpx.Client, make_product: Make) -> None:
    product = make_product()
    page = f"/products/{product['handle']}"
    for active, status in ((False, 404), (True, 200)):
        admin.patch(f"/api/products/{product['id']}", json={"is_active": active}).raise_for_status()
        assert nobody.get(page, headers=HTML).status_code == status


def test_documents_of_the_apis(nobody: httpx.Client) -> None:
    for service in ("auth", "catalog"):
        assert nobody.get(f"/{service}/openapi.json").json()["openapi"].startswith("3.")
        assert nobody.get(f"/{service}/docs").status_code == 200


def test_no_internal_route_is_reachable(nobody: httpx.Client) -> None:
    for path in ("/internal/anything", "/catalog/internal/anything", "/auth/internal/anything"):
        assert nobody.get(path).status_code == 404
