"""The cart, as programs and as browsers without JavaScript use it, by guests and by shoppers."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from factories.problems import assert_problem

Make = Callable[..., dict[str, Any]]
HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PASSWORD = "a-long-enough-password"


def add(client: httpx.Client, product: dict[str, Any], qty: int = 1) -> dict[str, Any]:
    answer = client.post("/cart/add", json={"product_id": product["id"], "qty": qty})
    assert answer.status_code == 200, answer.text
    cart: dict[str, Any] = answer.json()
    return cart


def quantities(cart: dict[str, Any]) -> dict[str, int]:
    return {item["product_id"]: item["qty"] for item in cart["items"]}


def post_form(client: httpx.Client, page: str, path: str, **fields: str) -> httpx.Response:
    """Send a form that stands on a page, with that page's token."""
    token = TOKEN.search(client.get(page, headers=HTML).text)
    assert token is not None
    return client.post(path, data={"csrf_token": token[1], **fields}, headers=HTML)


class TestApi:
    @pytest.mark.parametrize("who", ["nobody", "buyer"])
    def test_from_empty_to_empty(self, request: pytest.FixtureRequest, who: str, make_product: Make) -> None:
        client: httpx.Client = request.getfixturevalue(who)
        mug, pan = make_product(price="12.50"), make_product(price="0.99")
        assert client.get("/api/cart").json()["items"] == []
        add(client, mug, 2)
        cart = add(client, pan)
        assert cart["total"] == "25.99"
        assert cart["currency"] == "EUR"
        fields = {"product_id", "sku", "name", "qty", "unit_price", "line_total", "available", "notice"}
        assert fields <= cart["items"][0].keys()
        changed = client.post("/cart/update", json={"product_id": mug["id"], "qty": 4})
        assert quantities(changed.json()) == {mug["id"]: 4, pan["id"]: 1}
        assert changed.json()["version"] > cart["version"]
        left = client.post("/cart/remove", json={"product_id": pan["id"]})
        assert quantities(left.json()) == {mug["id"]: 4}
        assert client.delete("/api/cart").status_code == 200
        assert client.get("/api/cart").json()["total"] == "0.00"

    def test_by_bearer(self, base_url: str, buyer: httpx.Client, make_product: Make) -> None:
        product = make_product()
        add(buyer, product)
        bearer = {"Authorization": f"Bearer {buyer.cookies['access_token']}"}
        with httpx.Client(base_url=base_url, headers=bearer, timeout=35) as client:
            assert quantities(add(client, product, 2)) == {product["id"]: 3}

    def test_refusals(self, nobody: httpx.Client, admin: httpx.Client, make_product: Make) -> None:
        product = make_product()
        body = {"product_id": product["id"], "qty": 1}
        assert_problem(nobody.post("/cart/add", json={**body, "qty": 0}), 422, "invalid_request")
        assert_problem(nobody.post("/cart/add", json={**body, "price": "0.01"}), 422, "invalid_request")
        assert_problem(nobody.post("/cart/add", json={**body, "qty": 1000}), 422, "too_many")
        assert_problem(nobody.post("/cart/add", json={**body, "product_id": str(uuid.uuid4())}), 404, "not_found")
        assert_problem(nobody.post("/cart/update", json=body), 404, "not_in_cart")
        admin.patch(f"/api/products/{product['id']}", json={"is_active": False}).raise_for_status()
        assert_problem(nobody.post("/cart/add", json=body), 409, "product_inactive")

    def test_nobody_sees_another_cart(self, base_url: str, nobody: httpx.Client, make_product: Make) -> None:
        add(nobody, make_product())
        with httpx.Client(base_url=base_url, timeout=35) as other:
            assert other.get("/api/cart").json()["items"] == []

    def test_the_service_itself_is_not_public(self, nobody: httpx.Client) -> None:
        for path in ("/cart/count", "/cart/health", "/cart/merge", "/internal/cart/x"):
            assert nobody.get(path, headers={"X-Cart-Owner": f"guest:{uuid.uuid4()}"}).status_code == 404


class TestSignIn:
    def test_a_guests_cart_comes_along(self, base_url: str, buyer: httpx.Client, make_product: Make) -> None:
        product = make_product()
        add(buyer, product)
        with httpx.Client(base_url=base_url, timeout=35) as guest:
            add(guest, product, 2)
            guest.cookies.update({"access_token": buyer.cookies["access_token"]})
            told = guest.get("/", headers=HTML).text
            assert "before you signed in" in told
            assert "before you signed in" not in guest.get("/", headers=HTML).text
            assert quantities(guest.get("/api/cart").json()) == {product["id"]: 3}
        assert quantities(buyer.get("/api/cart").json()) == {product["id"]: 3}


class TestPages:
    def test_add_change_and_remove(self, nobody: httpx.Client, make_product: Make) -> None:
        product = make_product(price="7.25", stock=9)
        fields = {"product_id": product["id"], "qty": "2"}
        added = post_form(nobody, f"/products/{product['handle']}", "/cart/add", **fields)
        assert (added.status_code, added.headers["location"]) == (303, "/cart")
        assert "€14.50" in nobody.get("/cart", headers=HTML).text
        updated = post_form(nobody, "/cart", "/cart/update", product_id=product["id"], qty="4")
        assert (updated.status_code, updated.headers["location"]) == (303, "/cart")
        assert "€29.00" in nobody.get("/cart", headers=HTML).text
        removed = post_form(nobody, "/cart", "/cart/remove", product_id=product["id"])
        assert (removed.status_code, removed.headers["location"]) == (303, "/cart")
        assert "Your cart is empty." in nobody.get("/cart", headers=HTML).text

    def test_a_form_without_its_token_is_refused(self, buyer: httpx.Client, make_product: Make) -> None:
        answer = buyer.post("/cart/add", data={"product_id": make_product()["id"], "qty": "1"}, headers=HTML)
        assert answer.status_code == 403
        assert buyer.get("/api/cart").json()["items"] == []

    def test_another_site_changes_nothing(self, buyer: httpx.Client, make_product: Make) -> None:
        body = {"product_id": make_product()["id"], "qty": 1}
        answer = buyer.post("/cart/add", json=body, headers={"Origin": "https://evil.example"})
        assert_problem(answer, 403, "forbidden")
        assert buyer.get("/api/cart").json()["items"] == []
