"""product.stock_low: told once each time a product's stock falls below the threshold, whoever takes from it."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from catalog.events import ProductStockLow
from catalog.handler import relay
from factories.catalogue import Catalogue
from factories.events import Http, LambdaContext
from factories.product_files import Importer, csv_of, mug
from factories.reservations import Orders, Product

Rows = psycopg.Connection[Any]
Take = Callable[[Product, int], object]


@pytest.fixture
def orders(http: Http) -> Orders:
    return Orders(http)


@pytest.fixture(params=["order", "administrator"])
def take(request: pytest.FixtureRequest, orders: Orders, shop: Catalogue) -> Take:
    def by_order(product: Product, qty: int) -> object:
        return orders.held((product, qty))

    def by_administrator(product: Product, qty: int) -> object:
        return shop.stock(dict(product), -qty)

    return by_order if request.param == "order" else by_administrator


def told(rows: Rows) -> list[tuple[Any, ...]]:
    found = rows.execute("SELECT type, version, correlation_id, data FROM outbox ORDER BY position").fetchall()
    for event_type, _, _, data in found:
        assert event_type == ProductStockLow.type
        assert ProductStockLow.model_validate(data).model_dump(mode="json") == data
    return found


class TestStockLow:
    def test_enough(self, take: Take, shop: Catalogue, rows: Rows) -> None:
        take(shop.product(stock=9), 4)
        assert told(rows) == []

    def test_below(self, take: Take, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(sku="MUG", name="Mug", stock=9)
        take(product, 5)
        fact = {"product_id": product["id"], "sku": "MUG", "name": "Mug", "left": 4, "threshold": 5}
        assert told(rows) == [("product.stock_low", 1, "edge-request-id", fact)]

    def test_once(self, take: Take, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=9)
        for _ in range(3):
            take(product, 3)
        assert [version for _, version, *_ in told(rows)] == [2]

    def test_again_after_a_delivery(self, take: Take, shop: Catalogue, rows: Rows) -> None:
        """Versions tell which of them is newer."""
        product = shop.product(stock=5)
        take(product, 1)
        shop.stock(product, 10)
        take(product, 14)
        assert [(version, data["left"]) for _, version, _, data in told(rows)] == [(1, 4), (3, 0)]

    def test_another_threshold(self, take: Take, shop: Catalogue, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LOW_STOCK", "8")
        take(shop.product(stock=9), 2)
        assert [data["threshold"] for *_, data in told(rows)] == [8]

    def test_refused_order(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        orders.hold("00000000-0000-4000-8000-000000000001", (shop.product(stock=9), 5), (shop.product(), 1))
        assert told(rows) == []

    def test_only_those_that_fall(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        low, lower = shop.product(stock=6), shop.product(stock=5)
        orders.held((shop.product(stock=9), 1), (low, 2), (lower, 5))
        assert {data["product_id"]: data["left"] for *_, data in told(rows)} == {low["id"]: 4, lower["id"]: 0}

    def test_import(self, do_import: Importer, rows: Rows) -> None:
        for quantity in ("4", "9", "3", "2"):
            do_import(csv_of(mug(**{"Variant Inventory Qty": quantity})))
        assert [(version, data["left"]) for _, version, _, data in told(rows)] == [(2, 3)]


def test_the_example_is_one() -> None:
    assert ProductStockLow.model_validate(ProductStockLow.EXAMPLE).model_dump(mode="json") == ProductStockLow.EXAMPLE


def test_the_relay_leaves_it_where_there_is_no_bus(orders: Orders, shop: Catalogue, rows: Rows) -> None:
    orders.held((shop.product(stock=5), 1))
    assert relay({}, LambdaContext()) == {"published": 0, "failed": 0}
    assert len(told(rows)) == 1
