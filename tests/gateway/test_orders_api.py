"""Orders and payments as programs use them: the services' answers, byte for byte."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from factories.events import Http, Reply
from factories.purchases import fill, order, pay
from factories.visit import Visit
from gateway import badge

MakeProduct = Callable[..., dict[str, Any]]
Places = Callable[..., None]
Answering = Callable[[bytes], tuple[str, list[bytes]]]
NOWHERE = "00000000-0000-4000-8000-000000000000"
FOR_SHOPPERS = [
    ("POST", "/order/create"),
    ("GET", f"/order/{NOWHERE}"),
    ("GET", "/api/orders"),
    ("GET", f"/api/orders/{NOWHERE}"),
    ("POST", f"/api/orders/{NOWHERE}/cancel"),
]
FOR_ADMINS = [
    ("GET", "/api/admin/orders"),
    ("POST", f"/api/admin/orders/{NOWHERE}/status"),
    ("POST", f"/api/admin/orders/{NOWHERE}/refund"),
]
OF_PAYMENTS = [("POST", "/payment/pay"), ("GET", "/api/payments")]


def assert_problem(reply: Reply, status: int, code: str) -> dict[str, Any]:
    assert reply.status == status, reply.text
    problem: dict[str, Any] = reply.json()
    assert problem["code"] == code
    return problem


def keyed(visit: Visit, http: Http, key: str, body: Any) -> Reply:
    """Order under an idempotency key."""
    return http("POST", "/order/create", json_body=body, headers={"idempotency-key": key}, cookies=visit.cookies)


class TestWhoMayAsk:
    @pytest.mark.parametrize(("method", "path"), FOR_SHOPPERS + FOR_ADMINS + OF_PAYMENTS)
    def test_nobody(self, http: Http, method: str, path: str) -> None:
        reply = http(method, path, json_body={} if method == "POST" else None)
        assert_problem(reply, 401, "unauthenticated")
        assert reply.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize(("method", "path"), FOR_ADMINS)
    def test_shopper_as_administrator(self, shopper: Visit, method: str, path: str) -> None:
        assert_problem(shopper.send(method, path, {"status": "processing"}), 403, "forbidden")

    def test_anybody_sees_how_goods_come(self, http: Http, shopper: Visit) -> None:
        assert shopper.send("GET", "/api/shipping-methods").json()["items"][1] == {
            "id": "standard", "name": "Standard delivery", "price": "4.90", "needs_address": True,
        }  # fmt: skip

    def test_another_site(self, http: Http, shopper: Visit) -> None:
        said = {"origin": "https://evil.example"}
        reply = http("POST", "/order/create", json_body={}, cookies=shopper.cookies, headers=said)
        assert_problem(reply, 403, "forbidden")

    def test_the_services_own_paths_are_not_there(self, http: Http, admin: Visit) -> None:
        for path in (
            "/orders/health",
            f"/internal/order/{NOWHERE}",
            "/internal/orders/paid",
            "/api/internal/orders/paid",
        ):
            assert admin.send("GET", path).status == 404, path


class TestPlace:
    def test_empty_cart(self, shopper: Visit) -> None:
        assert_problem(shopper.send("POST", "/order/create", {}), 409, "cart_empty")

    def test_order(self, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product(price="12.50", name="Mug"), 2)
        assert placed.items() >= {
            "status": "created", "subtotal": "25.00", "shipping": "0.00", "total": "25.00", "currency": "EUR",
            "shipping_method": "pickup", "shipping_address": None,
        }.items()  # fmt: skip
        for path in (f"/order/{placed['order_id']}", f"/api/orders/{placed['order_id']}"):
            assert shopper.send("GET", path).json()["order_id"] == placed["order_id"]
        assert [each["order_id"] for each in shopper.send("GET", "/api/orders").json()["items"]] == [placed["order_id"]]

    def test_where_the_order_is(self, shopper: Visit, make_product: MakeProduct) -> None:
        fill(shopper, make_product())
        reply = shopper.send("POST", "/order/create", {})
        assert reply.headers["location"] == f"/order/{reply.json()['order_id']}"

    def test_the_same_key(self, http: Http, shopper: Visit, make_product: MakeProduct) -> None:
        fill(shopper, make_product())
        first, second = (keyed(shopper, http, "a-key-of-this-order", {}) for _ in range(2))
        assert (first.status, first.body) == (second.status, second.body) == (201, first.body)
        assert "idempotent-replayed" not in first.headers
        assert second.headers["idempotent-replayed"] == "true"
        other = keyed(shopper, http, "a-key-of-this-order", {"accept_price_changes": True})
        assert_problem(other, 422, "idempotency_key_reused")

    def test_the_badge_follows(self, shopper: Visit, make_product: MakeProduct) -> None:
        order(shopper, make_product(), 3)
        assert shopper.cookies[badge.COOKIE] == "0"

    def test_a_program_without_a_badge_gets_none(self, http: Http, shopper: Visit, make_product: MakeProduct) -> None:
        fill(shopper, make_product())
        reply = http("POST", "/order/create", json_body={}, token=shopper.cookies["access_token"])
        assert (reply.status, reply.cookies) == (201, [])

    def test_get(self, shopper: Visit) -> None:
        reply = shopper.send("GET", "/order/create")
        assert (reply.status, reply.headers["allow"]) == (405, "POST")


class TestFollow:
    def test_of_another_shopper(self, shopper: Visit, admin: Visit, http: Http, make_product: MakeProduct) -> None:
        placed = order(admin, make_product())
        for method, path in (
            ("GET", f"/order/{placed['order_id']}"),
            ("GET", f"/api/orders/{placed['order_id']}"),
            ("POST", f"/api/orders/{placed['order_id']}/cancel"),
        ):
            assert_problem(shopper.send(method, path, {} if method == "POST" else None), 404, "not_found")
        payments = http("GET", "/api/payments", query={"order_id": placed["order_id"]}, cookies=shopper.cookies)
        assert_problem(payments, 404, "not_found")

    def test_cancel(self, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        path = f"/api/orders/{placed['order_id']}/cancel"
        cancelled = shopper.send("POST", path, {"note": "Too dear"})
        assert cancelled.json()["status"] == "cancelled"
        assert_problem(shopper.send("POST", path, {}), 409, "illegal_transition")

    def test_paths_that_are_none(self, shopper: Visit) -> None:
        for path in ("/order/x", "/api/orders/", f"/api/orders/{NOWHERE}/status", f"/api/orders/{NOWHERE}%2fcancel"):
            assert shopper.send("GET", path).status == 404, path


class TestPay:
    def test_paid(self, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product(price="12.50"))
        paid = pay(shopper, placed)
        assert paid.items() >= {"status": "paid", "amount": "12.50", "order_id": placed["order_id"]}.items()
        assert shopper.send("GET", f"/order/{placed['order_id']}").json()["status"] == "paid"
        assert pay(shopper, placed) == paid

    def test_declined(self, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        wanted = {"order_id": placed["order_id"], "amount": placed["total"], "method": "pm_card_declined"}
        assert_problem(shopper.send("POST", "/payment/pay", wanted), 402, "payment_declined")
        assert_problem(shopper.send("POST", "/payment/pay", {**wanted, "amount": "0.01"}), 422, "amount_mismatch")

    def test_in_doubt(self, http: Http, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        wanted = {"order_id": placed["order_id"], "amount": placed["total"], "method": "pm_card_timeout"}
        reply = shopper.send("POST", "/payment/pay", wanted)
        assert (reply.status, reply.json()["status"]) == (202, "pending")
        assert reply.headers["retry-after"]
        listed = http("GET", "/api/payments", query={"order_id": placed["order_id"]}, cookies=shopper.cookies)
        assert [each["status"] for each in listed.json()["items"]] == ["pending"]

    def test_of_another_shopper(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        placed = order(admin, make_product())
        wanted = {"order_id": placed["order_id"], "amount": placed["total"]}
        assert_problem(shopper.send("POST", "/payment/pay", wanted), 404, "not_found")


class TestAdministrate:
    def test_from_paid_to_completed(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        pay(shopper, placed)
        path = f"/api/admin/orders/{placed['order_id']}/status"
        for status in ("processing", "completed"):
            assert admin.send("POST", path, {"status": status}).json()["status"] == status
        assert_problem(admin.send("POST", path, {"status": "cancelled"}), 409, "illegal_transition")
        listed = admin.send("GET", "/api/admin/orders").json()["items"]
        assert [each["status"] for each in listed] == ["completed"]

    def test_refund(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        path = f"/api/admin/orders/{placed['order_id']}/refund"
        assert_problem(admin.send("POST", path, {}), 409, "illegal_transition")
        pay(shopper, placed)
        assert admin.send("POST", path, {"note": "Broken"}).json()["status"] == "cancelled"


class TestUnavailable:
    @pytest.mark.parametrize(("method", "path"), FOR_SHOPPERS)
    def test_orders_dead(self, shopper: Visit, places: Places, dead_address: str, method: str, path: str) -> None:
        places(orders=dead_address)
        problem = assert_problem(shopper.send(method, path, {}), 503, "unavailable")
        assert problem["detail"] == "orders unavailable"

    @pytest.mark.parametrize(("method", "path"), OF_PAYMENTS)
    def test_payments_dead(self, shopper: Visit, places: Places, dead_address: str, method: str, path: str) -> None:
        places(payments=dead_address)
        problem = assert_problem(shopper.send(method, path, {}), 503, "unavailable")
        assert problem["detail"] == "payments unavailable"

    def test_auth_dead(self, http: Http, shopper: Visit, places: Places, dead_address: str) -> None:
        """Nobody knows whether there is anybody: that is no 401."""
        places(auth=dead_address)
        cookies = {name: value for name, value in shopper.cookies.items() if name != "access_token"}
        problem = assert_problem(http("GET", "/api/orders", cookies=cookies), 503, "unavailable")
        assert problem["detail"] == "auth unavailable"


def test_what_passes_in_both_directions(http: Http, shopper: Visit, places: Places, answering: Answering) -> None:
    head = b"HTTP/1.1 409 Conflict\r\nContent-Type: application/problem+json\r\nContent-Length: 25\r\n"
    told = b'ETag: "7"\r\nRetry-After: 3\r\nIdempotent-Replayed: true\r\nSet-Cookie: a=b\r\n\r\n'
    address, heard = answering(head + told + b'{"code": "still_running"}')
    places(orders=address)
    key = uuid.uuid4().hex
    reply = keyed(shopper, http, key, {})
    assert heard[0].startswith(b"POST /order/create HTTP/1.1\r\n")
    assert f"idempotency-key: {key}\r\n".encode() in heard[0].lower()
    assert b"cookie:" not in heard[0].lower()
    assert (reply.status, reply.body) == (409, b'{"code": "still_running"}')
    assert reply.headers.items() >= {"etag": '"7"', "retry-after": "3", "idempotent-replayed": "true"}.items()
    assert reply.cookies == []
