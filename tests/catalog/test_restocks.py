"""Restocks: sold units come back, once for each refund and never more than were sold."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from factories.catalogue import NOWHERE, Catalogue, fields_named
from factories.events import Http
from factories.reservations import RESTOCKS, Balance, Orders, balance, order

Rows = psycopg.Connection[Any]
PATH = f"{RESTOCKS}/{NOWHERE}"
LINE = {"product_id": NOWHERE, "qty": 1}
BODY = {"order_id": NOWHERE, "lines": [LINE]}


@pytest.fixture
def orders(http: Http) -> Orders:
    return Orders(http)


def refund() -> str:
    return str(uuid4())


class TestRestock:
    def test_through_api_gateway(self, http: Http) -> None:
        assert http("POST", PATH, json_body=BODY).status == 404

    def test_anonymous(self, http: Http) -> None:
        assert http("POST", PATH, json_body=BODY, api_id="direct").status == 401

    def test_another_service(self, orders: Orders) -> None:
        assert orders.ask("POST", PATH, BODY, caller="payments").status == 403

    @pytest.mark.parametrize(
        ("change", "field"),
        [({"lines": []}, "lines"), ({"lines": [LINE, LINE]}, "lines"), ({"order_id": "x"}, "order_id"),
         ({"by": "me"}, "by")],
    )  # fmt: skip
    def test_invalid(self, orders: Orders, change: dict[str, Any], field: str) -> None:
        assert fields_named(orders.ask("POST", PATH, BODY | change)) == [field]

    def test_unknown_order(self, orders: Orders, shop: Catalogue) -> None:
        reply = orders.restock(refund(), order(), (shop.product(stock=3), 1))
        assert (reply.status, reply.json()["code"]) == (409, "restock_exceeds")

    def test_held_only(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=3)
        assert orders.restock(refund(), orders.held((product, 2)), (product, 1)).status == 409
        assert balance(rows, product) == Balance(stock=1, ledger=1, held=2, sold=0)

    def test_more_than_was_sold(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        """Also of one line only, and then nothing comes back."""
        mug, jug = shop.product(stock=9), shop.product(stock=9)
        order_id = orders.sold((mug, 4), (jug, 1))
        assert orders.restock(refund(), order_id, (mug, 3)).status == 204
        for units in ([(mug, 2)], [(mug, 1), (jug, 2)], [(mug, 1), (shop.product(), 1)]):
            reply = orders.restock(refund(), order_id, *units)
            assert (reply.status, reply.json()["code"]) == (409, "restock_exceeds")
        assert balance(rows, mug) == Balance(stock=8, ledger=8, held=0, sold=1)
        assert balance(rows, jug) == Balance(stock=8, ledger=8, held=0, sold=1)

    def test_refused_refund_may_try_again(self, orders: Orders, shop: Catalogue) -> None:
        product = shop.product(stock=9)
        order_id, refund_id = orders.sold((product, 1)), refund()
        assert orders.restock(refund_id, order_id, (product, 2)).status == 409
        assert orders.restock(refund_id, order_id, (product, 1)).status == 204

    def test_deleted_product(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=3)
        order_id = orders.sold((product, 2))
        shop.remove(product)
        assert orders.restock(refund(), order_id, (product, 2)).status == 204
        assert balance(rows, product) == Balance(stock=3, ledger=3, held=0, sold=0)

    def test_another_restock_of_the_refund(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=9)
        order_id, refund_id = orders.sold((product, 4)), refund()
        assert orders.restock(refund_id, order_id, (product, 1)).status == 204
        for other, units in ((order_id, 2), (orders.sold((product, 1)), 1)):
            reply = orders.restock(refund_id, other, (product, units))
            assert (reply.status, reply.json()["code"]) == (409, "restock_differs")
        assert balance(rows, product) == Balance(stock=5, ledger=5, held=0, sold=4)

    def test_valid(self, orders: Orders, shop: Catalogue, rows: Rows, http: Http, admin_token: str) -> None:
        mug, jug = shop.product(stock=9), shop.product(stock=9)
        order_id, refund_id = orders.sold((mug, 4), (jug, 3)), refund()
        for _ in range(2):
            assert orders.restock(refund_id, order_id, (mug, 3), (jug, 3)).status == 204
        assert balance(rows, mug) == Balance(stock=8, ledger=8, held=0, sold=1)
        assert balance(rows, jug) == Balance(stock=9, ledger=9, held=0, sold=0)
        entry = http("GET", f"/catalog/products/{jug['id']}/stock", token=admin_token).json()["items"][0]
        assert (entry["delta"], entry["reason"], entry["by"]) == (3, "restocked", f"order:{order_id}")
