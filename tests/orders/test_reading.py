"""Who sees which orders, and how they are listed."""

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from factories.ordering import ADDRESS, Person, Shop, internal, told

Rows = psycopg.Connection[dict[str, Any]]
DELIVERED = {"shipping_method": "standard", "shipping_address": ADDRESS}
NOWHERE = "00000000-0000-4000-8000-000000000000"
OF_ONE_ORDER: list[tuple[str, str, Any]] = [
    ("GET", "/order/{}", None),
    ("POST", "/order/{}/cancel", {}),
    ("POST", "/admin/orders/{}/status", {"status": "cancelled"}),
    ("POST", "/admin/orders/{}/refund", {}),
]
OF_SHOPPERS: list[tuple[str, str, Any]] = [("POST", "/order/create", {}), ("GET", "/orders", None), *OF_ONE_ORDER[:2]]
OF_ADMINS: list[tuple[str, str, Any]] = [("GET", "/admin/orders", None), *OF_ONE_ORDER[2:]]
OF_PAYMENTS: list[tuple[str, str, Any]] = [
    ("GET", "/internal/order/{}", None),
    ("POST", "/internal/order/{}/status", {}),
    ("POST", "/internal/orders/look-up", {"ids": []}),
    ("GET", "/internal/orders/paid", None),
]


def ids(reply: Any) -> list[str]:
    return [order["order_id"] for order in told(reply)["items"]]


class TestVisibility:
    @pytest.mark.parametrize(("method", "path", "body"), OF_SHOPPERS + OF_ADMINS)
    def test_anonymous(self, shop: Shop, method: str, path: str, body: Any) -> None:
        path = path.format(NOWHERE)
        assert shop.http(method, path, json_body=body, headers=internal("gateway"), api_id="direct").status == 401

    @pytest.mark.parametrize(("method", "path", "body"), OF_SHOPPERS + OF_ADMINS + OF_PAYMENTS)
    @pytest.mark.parametrize(("caller", "api_id", "status"), [("catalog", "direct", 403), ("gateway", "edge", 404)])
    def test_not_from_everywhere(
        self, shop: Shop, method: str, path: str, body: Any, caller: str, api_id: str, status: int
    ) -> None:
        path = path.format(NOWHERE)
        assert shop.http(method, path, json_body=body, headers=internal(caller), api_id=api_id).status == status

    @pytest.mark.parametrize(("method", "path", "body"), OF_ADMINS)
    def test_of_admins(self, shop: Shop, method: str, path: str, body: Any) -> None:
        assert shop.person().ask(method, path.format(NOWHERE), body).status == 403

    @pytest.mark.parametrize(("method", "path", "body"), OF_ONE_ORDER[:2])
    def test_of_another_shopper(self, shop: Shop, method: str, path: str, body: Any) -> None:
        """As if it did not exist."""
        _, placed = shop.placed()
        other = shop.person()
        answers = [other.ask(method, path.format(each), body).json() for each in (placed["order_id"], NOWHERE)]
        for answer in answers:
            del answer["instance"]
        assert answers[0] == answers[1]
        assert answers[0]["status"] == 404
        assert other.orders() == []

    @pytest.mark.parametrize("status", ["placing", "rejected"])
    @pytest.mark.parametrize(("method", "path", "body"), OF_ONE_ORDER)
    def test_of_what_is_no_order(
        self, shop: Shop, admin: Person, rows: Rows, method: str, path: str, body: Any, status: str
    ) -> None:
        shopper, placed = shop.placed()
        rows.execute("UPDATE orders SET status = %s", [status])
        who = admin if path.startswith("/admin") else shopper
        assert who.ask(method, path.format(placed["order_id"]), body).status == 404
        assert shopper.orders() == []
        assert ids(admin.ask("GET", "/admin/orders")) == []
        assert shop.payments.ask("GET", f"/order/{placed['order_id']}").status == 404
        assert shop.payments.tell_paid(placed).status == 404

    def test_admins_see_all(self, shop: Shop, admin: Person) -> None:
        shopper, placed = shop.placed()
        assert admin.order(placed) == {**placed, "user_id": shopper.id, "version": 1}

    def test_no_order(self, shop: Shop) -> None:
        assert shop.person().ask("GET", "/order/17").status == 422


class TestOwnOrders:
    def test_newest_first_page_by_page(self, shop: Shop) -> None:
        mug = shop.products.make(stock=10)
        shopper = shop.person()
        placed = []
        for _ in range(5):
            shop.fill(shopper, mug)
            placed.append(shop.placed(shopper)[1]["order_id"])
        seen, cursor = [], None
        while True:
            page = told(shopper.ask("GET", "/orders", query={"limit": 2, **({"cursor": cursor} if cursor else {})}))
            assert len(page["items"]) <= 2
            seen += [order["order_id"] for order in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert seen == placed[::-1]

    def test_by_status(self, shop: Shop) -> None:
        mug = shop.products.make(stock=10)
        shopper = shop.person()
        orders = []
        for _ in range(2):
            shop.fill(shopper, mug)
            orders.append(shop.placed(shopper)[1])
        shopper.cancel(orders[0])
        assert ids(shopper.ask("GET", "/orders", query={"status": "created"})) == [orders[1]["order_id"]]
        assert ids(shopper.ask("GET", "/orders", query={"status": "paid"})) == []

    @pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"cursor": "x"}, {"status": "placing"}])
    def test_bad_parameters(self, shop: Shop, query: dict[str, Any]) -> None:
        assert shop.person().ask("GET", "/orders", query=query).status == 422


class TestAdminOrders:
    def test_everybodys(self, shop: Shop, admin: Person) -> None:
        (one, first), (_, second) = shop.placed(), shop.placed()
        items = told(admin.ask("GET", "/admin/orders"))["items"]
        assert [item["order_id"] for item in items] == [second["order_id"], first["order_id"]]
        assert items[1] == {**first, "user_id": one.id, "version": 1}
        assert ids(admin.ask("GET", "/admin/orders", query={"user_id": one.id})) == [first["order_id"]]

    def test_search(self, shop: Shop, admin: Person) -> None:
        _, placed = shop.placed(body=DELIVERED)
        shop.placed()
        order_id, sku = placed["order_id"], placed["items"][0]["sku"]
        for q in (order_id, order_id[:9], order_id[:6].upper(), sku, sku.lower(), "lovelace", "da lov"):
            assert ids(admin.ask("GET", "/admin/orders", query={"q": q})) == [order_id], q
        for q in ("%", "_", "\\", sku[:-1] + "*", "zz", NOWHERE):
            assert ids(admin.ask("GET", "/admin/orders", query={"q": q})) == [], q

    def test_blank_search(self, shop: Shop, admin: Person) -> None:
        _, placed = shop.placed()
        assert ids(admin.ask("GET", "/admin/orders", query={"q": " "})) == [placed["order_id"]]


class TestForPayments:
    def test_what_is_to_pay(self, shop: Shop) -> None:
        shopper, placed = shop.placed()
        assert told(shop.payments.ask("GET", f"/order/{placed['order_id']}")) == {
            "order_id": placed["order_id"],
            "user_id": shopper.id,
            "status": "created",
            "total": "10.00",
            "currency": "EUR",
            "expires_at": placed["expires_at"],
            "version": 1,
        }
        assert shop.payments.ask("GET", f"/order/{NOWHERE}").status == 404

    def test_look_up(self, shop: Shop) -> None:
        shopper, placed = shop.placed()
        payment_id = shop.payments.pay(placed)
        found = told(shop.payments.ask("POST", "/orders/look-up", {"ids": [NOWHERE, placed["order_id"]]}))["items"]
        assert found == [
            {
                "order_id": placed["order_id"],
                "user_id": shopper.id,
                "status": "paid",
                "total": "10.00",
                "currency": "EUR",
                "payment_id": payment_id,
            }
        ]
        too_many = [str(uuid.uuid4()) for _ in range(101)]
        assert shop.payments.ask("POST", "/orders/look-up", {"ids": too_many}).status == 422

    def test_paid_since(self, shop: Shop, rows: Rows) -> None:
        paid = [shop.placed() for _ in range(4)]
        for _, placed in paid[:3]:
            shop.payments.pay(placed)
        rows.execute("UPDATE orders SET paid_at = paid_at - interval '1 day' WHERE id = %s", [paid[0][1]["order_id"]])
        paid[2][0].cancel(paid[2][1])
        since = "2026-01-01T00:00:00Z"
        first = told(shop.payments.ask("GET", "/orders/paid", query={"since": since, "limit": 1}))
        assert [each["order_id"] for each in first["items"]] == [paid[0][1]["order_id"]]
        query = {"since": since, "cursor": first["next_cursor"]}
        last = told(shop.payments.ask("GET", "/orders/paid", query=query))
        assert [each["order_id"] for each in last["items"]] == [paid[1][1]["order_id"]]
        assert last["next_cursor"] is None

    @pytest.mark.parametrize("query", ["", "since=yesterday", "since=2026-01-01T00:00:00Z&cursor=x"])
    def test_bad_parameters(self, shop: Shop, query: str) -> None:
        assert shop.payments.ask("GET", "/orders/paid", query=query).status == 422


class TestShippingMethods:
    def test_for_anybody(self, shop: Shop) -> None:
        reply = shop.http("GET", "/shipping-methods", headers=internal("gateway"), api_id="direct")
        assert [(each["id"], each["price"], each["needs_address"]) for each in told(reply)["items"]] == [
            ("pickup", "0.00", False),
            ("standard", "4.90", True),
        ]

    @pytest.mark.parametrize(
        "setting",
        ["", "pickup", "[]", "{}", '[{"id": "a"}]', '[{"id": "a", "name": "A", "price": "-1", "needs_address": true}]'],
    )
    def test_bad_setting(
        self, shop: Shop, setting: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The log says which setting it is."""
        monkeypatch.setenv("SHIPPING_METHODS", setting)
        assert shop.buyer().place().status == 500
        assert "SHIPPING_METHODS" in caplog.text


def test_answers_are_as_documented(shop: Shop, admin: Person, rows: Rows) -> None:
    from orders import schemas

    shopper, placed = shop.placed(body=DELIVERED)
    shop.payments.pay(placed)
    assert schemas.Order.model_validate(shopper.order(placed), extra="forbid")
    assert schemas.OrderForAdmins.model_validate(admin.order(placed), extra="forbid")
    pages: list[tuple[Any, Callable[..., Any]]] = [
        (shopper.ask("GET", "/orders"), schemas.OrderPage.model_validate),
        (admin.ask("GET", "/admin/orders"), schemas.OrderPageForAdmins.model_validate),
        (
            shop.payments.ask("GET", "/orders/paid", query="since=2026-01-01T00:00:00Z"),
            schemas.PaidOrderPage.model_validate,
        ),
    ]
    for reply, validate in pages:
        assert validate(told(reply), extra="forbid").items
