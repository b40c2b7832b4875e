"""`reconcile`: catalog's reservations against the orders that they are held for."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest

from conftest import empty_tables
from factories.events import LambdaContext
from factories.ordering import Shop, internal
from orders.handler import relay

Rows = psycopg.Connection[dict[str, Any]]
NOTHING: dict[str, Any] = {"repaired": [], "found": []}


@pytest.fixture
def shop(shop: Shop, catalog_database: str) -> Shop:
    """With a catalog in which no other test has left anything."""
    empty_tables(catalog_database)
    return shop


@pytest.fixture
def in_catalog(catalog_database: str) -> Callable[[str], None]:
    def execute(statement: str) -> None:
        with psycopg.connect(catalog_database, autocommit=True) as connection:
            connection.execute(statement.encode())

    return execute


@pytest.fixture
def reconcile(in_catalog: Callable[[str], None]) -> Callable[[], dict[str, Any]]:
    """Reconciles, when what is held has been for some minutes."""

    def later() -> dict[str, Any]:
        in_catalog("UPDATE reservations SET created_at = created_at - interval '5 minutes'")
        return relay({"command": "reconcile"}, LambdaContext())

    return later


def test_all_is_well(shop: Shop, reconcile: Callable[[], dict[str, Any]]) -> None:
    """An unpaid order rightly holds its stock."""
    mug = shop.products.make()
    shop.placed(shop.buyer(mug))
    assert reconcile() == NOTHING
    assert shop.stock(mug) == 4


def test_held_for_a_cancelled_order(shop: Shop, reconcile: Callable[[], dict[str, Any]]) -> None:
    """As if catalog had never heard of the cancellation."""
    mug = shop.products.make()
    shopper, placed = shop.placed(shop.buyer(mug))
    shopper.cancel(placed)
    assert reconcile()["repaired"] == [
        {"kind": "stock_held_for_no_order", "subject": placed["order_id"], "detail": "The order is cancelled."}
    ]
    assert shop.stock(mug) == 5
    assert reconcile() == NOTHING


def test_held_for_an_unknown_order(shop: Shop, reconcile: Callable[[], dict[str, Any]]) -> None:
    mug, order_id = shop.products.make(), str(uuid.uuid4())
    body = {"lines": [{"product_id": mug["id"], "qty": 2}]}
    headers = internal("orders", "catalog")
    held = httpx.put(f"{shop.catalog_url}/internal/reservations/{order_id}", json=body, headers=headers, timeout=10)
    assert held.status_code == 200
    assert [finding["subject"] for finding in reconcile()["repaired"]] == [order_id]
    assert shop.stock(mug) == 5


def test_paid_order(shop: Shop, reconcile: Callable[[], dict[str, Any]], in_catalog: Callable[[str], None]) -> None:
    """Paid, but catalog has not heard so: what is held is sold."""
    mug = shop.products.make()
    _, placed = shop.placed(shop.buyer(mug))
    shop.payments.pay(placed)
    assert [finding["kind"] for finding in reconcile()["repaired"]] == ["stock_of_paid_order_not_confirmed"]
    assert shop.stock(mug) == 4
    assert reconcile() == NOTHING


def test_too_young_to_tell(shop: Shop) -> None:
    shopper, placed = shop.placed()
    shopper.cancel(placed)
    assert relay({"command": "reconcile"}, LambdaContext()) == NOTHING


def test_many(shop: Shop, reconcile: Callable[[], dict[str, Any]], rows: Rows) -> None:
    """More than one page of catalog's."""
    mug = shop.products.make(stock=30)
    placed = [shop.placed(shop.buyer(mug))[1]["order_id"] for _ in range(26)]
    rows.execute("UPDATE orders SET status = 'cancelled'")
    assert {finding["subject"] for finding in reconcile()["repaired"]} == set(placed)
    assert shop.stock(mug) == 30


def test_stock_that_does_not_add_up(
    shop: Shop, reconcile: Callable[[], dict[str, Any]], in_catalog: Callable[[str], None]
) -> None:
    """Nobody can say which of the two is right: that is for people."""
    mug = shop.products.make(stock=5)
    in_catalog("UPDATE products SET stock = 7")
    detail = "The stock is 7, its movements add up to 5."
    finding = {"kind": "stock_differs_from_ledger", "subject": mug["sku"], "detail": detail}
    assert reconcile() == {"repaired": [], "found": [finding]}
