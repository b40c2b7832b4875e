"""Reservations: stock is held, given back, or sold; once, however often it is said."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from catalog.schemas_reservations import Reservation
from factories.catalogue import NOWHERE, Catalogue, fields_named
from factories.events import Http
from factories.reservations import RESERVATIONS, Balance, Orders, balance, order

Rows = psycopg.Connection[Any]
PATH = f"{RESERVATIONS}/{NOWHERE}"
LINE = {"product_id": NOWHERE, "qty": 1}


@pytest.fixture
def orders(http: Http) -> Orders:
    return Orders(http)


@pytest.mark.parametrize(("method", "path"), [("PUT", PATH), ("DELETE", PATH), ("POST", f"{PATH}/confirm")])
class TestOnlyOrders:
    def test_through_api_gateway(self, http: Http, method: str, path: str) -> None:
        assert http(method, path).status == 404

    def test_anonymous(self, http: Http, method: str, path: str) -> None:
        assert http(method, path, api_id="direct").status == 401

    def test_another_service(self, orders: Orders, method: str, path: str) -> None:
        assert orders.ask(method, path, caller="cart").status == 403


class TestReserve:
    @pytest.mark.parametrize(
        ("body", "field"),
        [({"lines": []}, "lines"), ({"lines": [LINE, LINE]}, "lines"), ({"lines": [LINE], "by": "me"}, "by"),
         ({}, "lines"), ({"lines": [LINE | {"qty": 0}]}, "lines"), ({"lines": [LINE | {"qty": 1.5}]}, "lines"),
         ({"lines": [LINE | {"qty": 1_000_001}]}, "lines"), ({"lines": [{"qty": 1}]}, "lines"),
         ({"lines": [{"product_id": str(uuid4()), "qty": 1} for _ in range(101)]}, "lines")],
    )  # fmt: skip
    def test_invalid(self, orders: Orders, body: Any, field: str) -> None:
        assert fields_named(orders.ask("PUT", PATH, body)) == [field]

    def test_out_of_stock(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        """All that is short is told, and nothing of it is taken."""
        plenty, short = shop.product(stock=9), shop.product(sku="MUG", name="Mug", stock=2)
        reply = orders.hold(order(), (plenty, 1), (short, 3), ({"id": NOWHERE}, 1))
        assert (reply.status, reply.json()["code"]) == (409, "out_of_stock")
        told = sorted(reply.json()["items"], key=lambda item: item["wanted"])
        assert told == [
            {"product_id": NOWHERE, "sku": None, "name": None, "wanted": 1, "left": 0},
            {"product_id": short["id"], "sku": "MUG", "name": "Mug", "wanted": 3, "left": 2},
        ]
        assert balance(rows, plenty) == Balance(stock=9, ledger=9, held=0, sold=0)

    def test_inactive_and_deleted(self, orders: Orders, shop: Catalogue) -> None:
        inactive, deleted = shop.product(stock=5, is_active=False), shop.product(stock=5)
        shop.remove(deleted)
        for product in (inactive, deleted):
            (item,) = orders.hold(order(), (product, 1)).json()["items"]
            assert (item["sku"], item["left"]) == (product["sku"], 0)

    def test_what_another_order_holds(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=3)
        orders.held((product, 3))
        (item,) = orders.hold(order(), (product, 1)).json()["items"]
        assert item["left"] == 0
        assert balance(rows, product) == Balance(stock=0, ledger=0, held=3, sold=0)

    def test_refused_order_may_try_again(self, orders: Orders, shop: Catalogue) -> None:
        product, order_id = shop.product(stock=1), order()
        assert orders.hold(order_id, (product, 2)).status == 409
        assert shop.stock(product, 1).status == 200
        assert orders.hold(order_id, (product, 2)).status == 200

    def test_valid(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        mug, jug = shop.product(sku="MUG", name="Mug", price="12.5", stock=3), shop.product(stock=1)
        order_id = order()
        answer = orders.hold(order_id, (mug, 2), (jug, 1)).json()
        assert Reservation.model_validate(answer, extra="forbid")
        assert (answer["order_id"], answer["status"]) == (order_id, "held")
        assert [line["product_id"] for line in answer["lines"]] == sorted([mug["id"], jug["id"]])
        assert next(line for line in answer["lines"] if line["sku"] == "MUG") == {
            "product_id": mug["id"], "sku": "MUG", "name": "Mug", "qty": 2, "unit_price": "12.50", "currency": "EUR",
        }  # fmt: skip
        assert balance(rows, mug) == Balance(stock=1, ledger=1, held=2, sold=0)
        assert balance(rows, jug) == Balance(stock=0, ledger=0, held=1, sold=0)

    def test_ledger(self, orders: Orders, shop: Catalogue, http: Http, admin_token: str) -> None:
        product = shop.product(stock=3)
        order_id = orders.held((product, 2))
        reply = http("GET", f"/catalog/products/{product['id']}/stock", token=admin_token)
        entry = reply.json()["items"][0]
        assert entry.items() >= {"delta": -2, "reason": "reserved", "stock_after": 1}.items()
        assert (entry["by"], entry["correlation_id"]) == (f"order:{order_id}", "edge-request-id")

    def test_again(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        """The same answer, also after the product has changed or gone."""
        mug, jug = shop.product(stock=3), shop.product(stock=2)
        order_id = order()
        first = orders.hold(order_id, (mug, 2), (jug, 2))
        shop.change(mug, price="99.00", name="Dearer")
        shop.remove(jug)
        again = orders.hold(order_id, (jug, 2), (mug, 2))
        assert (again.status, again.body) == (200, first.body)
        assert balance(rows, mug) == Balance(stock=1, ledger=1, held=2, sold=0)

    def test_again_after_confirming(self, orders: Orders, shop: Catalogue) -> None:
        product = shop.product(stock=3)
        order_id = orders.sold((product, 1))
        assert orders.hold(order_id, (product, 1)).json()["status"] == "confirmed"

    def test_other_lines(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        mug, jug = shop.product(stock=9), shop.product(stock=9)
        order_id = orders.held((mug, 2))
        for wanted in ([(mug, 1)], [(jug, 2)], [(mug, 2), (jug, 1)]):
            reply = orders.hold(order_id, *wanted)
            assert (reply.status, reply.json()["code"]) == (409, "reservation_differs")
        assert balance(rows, mug) == Balance(stock=7, ledger=7, held=2, sold=0)

    def test_after_release(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=3)
        order_id = orders.held((product, 1))
        orders.release(order_id)
        reply = orders.hold(order_id, (product, 1))
        assert (reply.status, reply.json()["code"]) == (409, "reservation_released")
        assert balance(rows, product) == Balance(stock=3, ledger=3, held=0, sold=0)


class TestRelease:
    def test_unknown(self, orders: Orders, shop: Catalogue) -> None:
        """A late PUT of an order that has given up is refused."""
        product, order_id = shop.product(stock=3), order()
        assert orders.release(order_id).status == 204
        reply = orders.hold(order_id, (product, 1))
        assert (reply.status, reply.json()["code"]) == (409, "reservation_released")

    def test_confirmed(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=3)
        reply = orders.release(orders.sold((product, 2)))
        assert (reply.status, reply.json()["code"]) == (409, "reservation_confirmed")
        assert balance(rows, product) == Balance(stock=1, ledger=1, held=0, sold=2)

    def test_of_deleted_products(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=3)
        order_id = orders.held((product, 2))
        shop.remove(product)
        assert orders.release(order_id).status == 204
        assert balance(rows, product) == Balance(stock=3, ledger=3, held=0, sold=0)

    def test_valid(self, orders: Orders, shop: Catalogue, rows: Rows, http: Http, admin_token: str) -> None:
        mug, jug = shop.product(stock=3), shop.product(stock=5)
        kept, given_back = orders.held((mug, 1)), orders.held((mug, 2), (jug, 5))
        for _ in range(2):
            assert orders.release(given_back).status == 204
        assert balance(rows, mug) == Balance(stock=2, ledger=2, held=1, sold=0)
        assert balance(rows, jug) == Balance(stock=5, ledger=5, held=0, sold=0)
        entry = http("GET", f"/catalog/products/{jug['id']}/stock", token=admin_token).json()["items"][0]
        assert (entry["delta"], entry["reason"], entry["by"]) == (5, "released", f"order:{given_back}")
        assert orders.hold(kept, (mug, 1)).status == 200


class TestConfirm:
    def test_unknown(self, orders: Orders) -> None:
        assert orders.confirm(order()).status == 404

    def test_released(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=3)
        order_id = orders.held((product, 1))
        orders.release(order_id)
        reply = orders.confirm(order_id)
        assert (reply.status, reply.json()["code"]) == (409, "reservation_released")
        assert balance(rows, product) == Balance(stock=3, ledger=3, held=0, sold=0)

    def test_of_deleted_products(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=3)
        order_id = orders.held((product, 2))
        shop.remove(product)
        assert orders.confirm(order_id).status == 204
        assert balance(rows, product) == Balance(stock=1, ledger=1, held=0, sold=2)

    def test_valid(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=3)
        order_id = orders.held((product, 2))
        for _ in range(2):
            assert orders.confirm(order_id).status == 204
        assert balance(rows, product) == Balance(stock=1, ledger=1, held=0, sold=2)
