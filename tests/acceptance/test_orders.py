"""Orders, from the cart to the end, as programs and as browsers without JavaScript place and follow them."""

import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from factories.problems import assert_problem

Make = Callable[..., dict[str, Any]]
NewShopper = Callable[[], AbstractContextManager[httpx.Client]]
HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
ADDRESS = {"name": "Ada Lovelace", "line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE"}
NOWHERE = uuid.UUID(int=0, version=4)


def fill(client: httpx.Client, product: dict[str, Any], qty: int = 1) -> None:
    answer = client.post("/cart/add", json={"product_id": product["id"], "qty": qty})
    assert answer.status_code == 200, answer.text


def place(client: httpx.Client, product: dict[str, Any], qty: int = 1, **wanted: Any) -> dict[str, Any]:
    fill(client, product, qty)
    answer = client.post("/order/create", json=wanted)
    assert answer.status_code == 201, answer.text
    order: dict[str, Any] = answer.json()
    return order


def pay(client: httpx.Client, order: dict[str, Any]) -> None:
    answer = client.post("/payment/pay", json={"order_id": order["order_id"], "amount": order["total"]})
    assert answer.status_code == 200, answer.text


def stock_of(client: httpx.Client, product: dict[str, Any]) -> int:
    left: int = client.get(f"/api/products/{product['id']}").json()["stock"]
    return left


class TestPlace:
    def test_nobody(self, nobody: httpx.Client, make_product: Make) -> None:
        fill(nobody, make_product())
        assert_problem(nobody.post("/order/create", json={}), 401, "unauthenticated")

    def test_empty_cart(self, buyer: httpx.Client) -> None:
        assert_problem(buyer.post("/order/create", json={}), 409, "cart_empty")

    def test_from_cart_to_order(self, buyer: httpx.Client, make_product: Make) -> None:
        mug, pan = make_product(price="12.50", stock=5), make_product(price="0.99", stock=5)
        fill(buyer, mug, 2)
        order = place(buyer, pan, shipping_method="standard", shipping_address=ADDRESS)
        assert order["status"] == "created"
        assert [(each["product_id"], each["qty"], each["line_total"]) for each in order["items"]] == [
            (mug["id"], 2, "25.00"),
            (pan["id"], 1, "0.99"),
        ]
        assert (order["subtotal"], order["discount"], order["currency"]) == ("25.99", "0.00", "EUR")
        assert float(order["total"]) == pytest.approx(25.99 + float(order["shipping"]))
        assert order["shipping_address"].items() >= ADDRESS.items()
        assert (stock_of(buyer, mug), stock_of(buyer, pan)) == (3, 4)
        assert buyer.get("/api/cart").json()["items"] == []
        assert buyer.get(f"/order/{order['order_id']}").json() == order
        assert buyer.get(f"/api/orders/{order['order_id']}").json() == order
        assert [each["order_id"] for each in buyer.get("/api/orders").json()["items"]] == [order["order_id"]]

    def test_it_says_until_when_it_can_be_paid(self, buyer: httpx.Client, make_product: Make) -> None:
        order = place(buyer, make_product())
        created, expires = (datetime.fromisoformat(order[each]) for each in ("created_at", "expires_at"))
        assert timedelta(0) < expires - created <= timedelta(days=1)
        assert [each["type"] for each in order["events"]] == ["created"]

    def test_replay(self, buyer: httpx.Client, make_product: Make) -> None:
        product = make_product(stock=5)
        fill(buyer, product, 2)
        key = {"Idempotency-Key": f"acceptance-{uuid.uuid4()}"}
        first, second = (buyer.post("/order/create", json={}, headers=key) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 201)
        assert second.content == first.content
        assert "Idempotent-Replayed" not in first.headers
        assert second.headers["Idempotent-Replayed"] == "true"
        changed = buyer.post("/order/create", json={"accept_price_changes": True}, headers=key)
        assert_problem(changed, 422, "idempotency_key_reused")
        assert stock_of(buyer, product) == 3

    def test_short_stock(self, buyer: httpx.Client, admin: httpx.Client, make_product: Make) -> None:
        plenty, few = make_product(stock=9), make_product(stock=2)
        fill(buyer, plenty, 3)
        fill(buyer, few, 3)
        problem = assert_problem(buyer.post("/order/create", json={}), 409, "out_of_stock")
        assert [(each["sku"], each["wanted"], each["left"]) for each in problem["items"]] == [(few["sku"], 3, 2)]
        assert (stock_of(buyer, plenty), stock_of(buyer, few)) == (9, 2)
        assert buyer.get("/api/orders").json()["items"] == []
        assert len(buyer.get("/api/cart").json()["items"]) == 2

    def test_changed_price(self, buyer: httpx.Client, admin: httpx.Client, make_product: Make) -> None:
        product = make_product(price="10.00", stock=5)
        fill(buyer, product)
        admin.patch(f"/api/products/{product['id']}", json={"price": "11.00"}).raise_for_status()
        problem = assert_problem(buyer.post("/order/create", json={}), 409, "price_changed")
        assert [(each["sku"], each["old"], each["new"]) for each in problem["items"]] == [
            (product["sku"], "10.00", "11.00")
        ]
        assert stock_of(buyer, product) == 5
        accepted = buyer.post("/order/create", json={"accept_price_changes": True})
        assert (accepted.status_code, accepted.json()["total"]) == (201, "11.00")

    def test_refusals(self, buyer: httpx.Client, make_product: Make) -> None:
        fill(buyer, make_product())
        for body in (
            {"shipping_method": "pigeon"},
            {"shipping_method": "standard"},
            {"shipping_method": "standard", "shipping_address": {**ADDRESS, "postcode": "nonsense"}},
            {"shipping_method": "standard", "shipping_address": {**ADDRESS, "country": "XX"}},
            {"total": "0.01"},
        ):
            assert_problem(buyer.post("/order/create", json=body), 422, "invalid_request")
        short = buyer.post("/order/create", json={}, headers={"Idempotency-Key": "short"})
        assert_problem(short, 422, "invalid_request")
        assert buyer.get("/api/orders").json()["items"] == []

    def test_ways_of_shipping(self, buyer: httpx.Client) -> None:
        methods = buyer.get("/api/shipping-methods").json()["items"]
        assert {"id", "name", "price", "needs_address"} <= methods[0].keys()
        assert "pickup" in {each["id"] for each in methods}


class TestFollow:
    def test_of_another_shopper(self, buyer: httpx.Client, new_shopper: NewShopper, make_product: Make) -> None:
        order = place(buyer, make_product())
        path = f"/api/orders/{order['order_id']}"
        with new_shopper() as other:
            assert_problem(other.get(f"/order/{order['order_id']}"), 404, "not_found")
            assert_problem(other.get(path), 404, "not_found")
            assert_problem(other.post(f"{path}/cancel", json={}), 404, "not_found")
            assert_problem(other.get("/api/payments", params={"order_id": order["order_id"]}), 404, "not_found")
            paying = {"order_id": order["order_id"], "amount": order["total"]}
            assert_problem(other.post("/payment/pay", json=paying), 404, "not_found")
            for page in (f"/orders/{order['order_id']}", f"/orders/{order['order_id']}/cancel"):
                assert other.get(page, headers=HTML).status_code == 404
            assert other.get("/api/orders").json()["items"] == []
        assert buyer.get(path).json()["status"] == "created"

    def test_cancel(self, buyer: httpx.Client, make_product: Make) -> None:
        order = place(buyer, make_product())
        path = f"/api/orders/{order['order_id']}/cancel"
        cancelled = buyer.post(path, json={"note": "Too dear"})
        assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
        assert cancelled.json()["expires_at"] is None
        assert cancelled.json()["events"][-1]["note"] == "Too dear"
        assert_problem(buyer.post(path, json={}), 409, "illegal_transition")

    def test_keyset_pages(self, buyer: httpx.Client, make_product: Make) -> None:
        product = make_product(stock=9)
        placed = [place(buyer, product)["order_id"] for _ in range(3)]
        first = buyer.get("/api/orders", params={"limit": 2}).json()
        second = buyer.get("/api/orders", params={"limit": 2, "cursor": first["next_cursor"]}).json()
        assert [each["order_id"] for each in first["items"] + second["items"]] == placed[::-1]
        assert second["next_cursor"] is None
        assert_problem(buyer.get("/api/orders", params={"cursor": "broken"}), 422, "invalid_request")


class TestAdministrate:
    def test_from_paid_to_completed(self, buyer: httpx.Client, admin: httpx.Client, make_product: Make) -> None:
        order = place(buyer, make_product())
        path = f"/api/admin/orders/{order['order_id']}/status"
        assert_problem(admin.post(path, json={"status": "processing"}), 409, "illegal_transition")
        pay(buyer, order)
        for status in ("processing", "completed"):
            assert admin.post(path, json={"status": status}).json()["status"] == status
        assert_problem(admin.post(path, json={"status": "cancelled"}), 409, "illegal_transition")
        assert_problem(buyer.post(f"/api/orders/{order['order_id']}/cancel", json={}), 409, "illegal_transition")
        told = buyer.get(f"/order/{order['order_id']}").json()["events"]
        assert [each["type"] for each in told] == ["created", "paid", "processing", "completed"]

    def test_found_by_state_and_words(self, buyer: httpx.Client, admin: httpx.Client, make_product: Make) -> None:
        product = make_product()
        order = place(buyer, product)
        for query in ({"q": product["sku"]}, {"q": order["order_id"][:8]}, {"q": product["sku"], "status": "created"}):
            found = admin.get("/api/admin/orders", params=query).json()["items"]
            assert order["order_id"] in {each["order_id"] for each in found}
            assert {"user_id", "version"} <= found[0].keys()
        assert admin.get("/api/admin/orders", params={"q": product["sku"], "status": "paid"}).json()["items"] == []

    def test_shopper(self, buyer: httpx.Client) -> None:
        assert_problem(buyer.get("/api/admin/orders"), 403, "forbidden")
        for move in ("status", "refund"):
            answer = buyer.post(f"/api/admin/orders/{NOWHERE}/{move}", json={"status": "completed"})
            assert_problem(answer, 403, "forbidden")

    def test_the_services_themselves_are_not_public(self, admin: httpx.Client) -> None:
        for path in (
            f"/internal/order/{NOWHERE}",
            "/internal/orders/paid",
            "/orders/health",
            "/payments",
            "/payments/x",
        ):
            assert admin.get(path).status_code == 404, path
        assert admin.post(f"/internal/order/{NOWHERE}/status", json={"status": "paid"}).status_code == 404


def field(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, f"The page has no field {name}."
    return found[1]


class TestPages:
    def test_checkout_pay_and_follow_without_javascript(self, buyer: httpx.Client, make_product: Make) -> None:
        product = make_product(price="7.25", stock=9)
        fill(buyer, product, 2)
        page = buyer.get("/checkout", headers=HTML)
        assert "€14.50" in page.text
        form = {name: field(page, name) for name in ("csrf_token", "idempotency_key")}
        placed = buyer.post("/order/create", data={**form, "shipping_method": "pickup"}, headers=HTML)
        assert placed.status_code == 303, placed.text
        again = buyer.post("/order/create", data={**form, "shipping_method": "pickup"}, headers=HTML)
        assert again.headers["location"] == placed.headers["location"]
        page = buyer.get(placed.headers["location"], headers=HTML)
        assert "Waiting for payment" in page.text
        form = {name: field(page, name) for name in ("csrf_token", "order_id", "amount")}
        assert form["amount"] == "14.50"
        declined = buyer.post("/payment/pay", data={**form, "method": "pm_card_declined"}, headers=HTML)
        assert declined.status_code == 402
        assert "declined" in declined.text
        paid = buyer.post("/payment/pay", data={**form, "method": "pm_card_visa"}, headers=HTML)
        assert (paid.status_code, paid.headers["location"]) == (303, placed.headers["location"])
        assert "Your order is paid" in buyer.get(placed.headers["location"], headers=HTML).text
        assert product["name"] in buyer.get("/orders", headers=HTML).text

    def test_mistakes_are_told_beside_their_fields(self, buyer: httpx.Client, make_product: Make) -> None:
        fill(buyer, make_product())
        page = buyer.get("/checkout", headers=HTML)
        form = {name: field(page, name) for name in ("csrf_token", "idempotency_key")}
        wrong = {"shipping_method": "standard", **ADDRESS, "postcode": "nonsense"}
        refused = buyer.post("/order/create", data={**form, **wrong}, headers=HTML)
        assert refused.status_code == 400
        assert 'id="postcode-error"' in refused.text
        assert 'value="Berlin"' in refused.text

    def test_cancel_by_form(self, buyer: httpx.Client, make_product: Make) -> None:
        order = place(buyer, make_product())
        path = f"/orders/{order['order_id']}/cancel"
        form = {"csrf_token": field(buyer.get(path, headers=HTML), "csrf_token"), "note": "Changed my mind"}
        assert buyer.post(path, data=form, headers=HTML).status_code == 303
        assert "Changed my mind" in buyer.get(f"/orders/{order['order_id']}", headers=HTML).text

    def test_administrators_page(self, buyer: httpx.Client, admin: httpx.Client, make_product: Make) -> None:
        product = make_product()
        order = place(buyer, product)
        pay(buyer, order)
        assert order["order_id"] in admin.get("/admin/orders", params={"q": product["sku"]}, headers=HTML).text
        page = admin.get(f"/admin/orders/{order['order_id']}", headers=HTML)
        form = {"csrf_token": field(page, "csrf_token"), "status": "processing"}
        moved = admin.post(f"/admin/orders/{order['order_id']}/status", data=form, headers=HTML)
        assert moved.status_code == 303
        assert "Being prepared" in buyer.get(f"/orders/{order['order_id']}", headers=HTML).text

    def test_nobody_signs_in_first(self, nobody: httpx.Client) -> None:
        for path, onward in (
            ("/checkout", "%2Fcheckout"),
            ("/orders", "%2Forders"),
            ("/admin/orders", "%2Fadmin%2Forders"),
        ):
            answer = nobody.get(path, headers=HTML)
            assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={onward}")
