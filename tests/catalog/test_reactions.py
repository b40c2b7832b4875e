"""What catalog does when orders tells it something: once, in whatever order it is told."""

import json
from collections.abc import Callable
from itertools import permutations
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from catalog.handler import events
from factories.catalogue import Catalogue
from factories.events import Http, LambdaContext
from factories.queue_events import event_message, sqs_batch
from factories.reservations import Balance, Orders, balance, order

Rows = psycopg.Connection[Any]
Tell = Callable[..., list[str]]
PAID, CANCELLED = "order.paid", "order.cancelled"


@pytest.fixture
def orders(http: Http) -> Orders:
    return Orders(http)


@pytest.fixture
def tell(database: str) -> Tell:
    """Hands a batch to the consumer; the ids of the messages that are to come again."""

    def tell(*bodies: str) -> list[str]:
        answer = events(sqs_batch(*bodies), LambdaContext(milliseconds=5_000))
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    return tell


def about(event_type: str, order_id: str, *, version: int = 2, event_id: str | None = None) -> str:
    return event_message(event_type, {"order_id": order_id}, version=version, event_id=event_id, source="orders")


class TestOrderPaid:
    def test_held(self, tell: Tell, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=5)
        assert tell(about(PAID, orders.held((product, 2)))) == []
        assert balance(rows, product) == Balance(stock=3, ledger=3, held=0, sold=2)

    def test_released(self, tell: Tell, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=5)
        order_id = orders.held((product, 2))
        orders.release(order_id)
        assert tell(about(PAID, order_id)) == []
        assert balance(rows, product) == Balance(stock=5, ledger=5, held=0, sold=0)

    def test_never_reserved(self, tell: Tell, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        """That cannot be: it ends in the dead-letter queue, and the others of the batch are done."""
        product = shop.product(stock=5)
        assert tell(about(PAID, order()), about(PAID, orders.held((product, 2)))) == ["0"]
        assert balance(rows, product) == Balance(stock=3, ledger=3, held=0, sold=2)


class TestOrderCancelled:
    def test_held(self, tell: Tell, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=5)
        assert tell(about(CANCELLED, orders.held((product, 2)))) == []
        assert balance(rows, product) == Balance(stock=5, ledger=5, held=0, sold=0)

    def test_released(self, tell: Tell, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=5)
        order_id = orders.held((product, 2))
        orders.release(order_id)
        assert tell(about(CANCELLED, order_id)) == []
        assert balance(rows, product) == Balance(stock=5, ledger=5, held=0, sold=0)

    def test_sold(self, tell: Tell, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        """What has come back by a refund does not come back again."""
        mug, jug = shop.product(stock=5), shop.product(stock=5)
        order_id = orders.sold((mug, 3), (jug, 1))
        orders.restock(str(uuid4()), order_id, (mug, 1))
        assert tell(about(CANCELLED, order_id), about(CANCELLED, order_id)) == []
        assert balance(rows, mug) == balance(rows, jug) == Balance(stock=5, ledger=5, held=0, sold=0)
        assert orders.restock(str(uuid4()), order_id, (mug, 1)).json()["code"] == "restock_exceeds"

    def test_never_reserved(self, tell: Tell, orders: Orders, shop: Catalogue) -> None:
        product, order_id = shop.product(stock=5), order()
        assert tell(about(CANCELLED, order_id)) == []
        assert orders.hold(order_id, (product, 1)).json()["code"] == "reservation_released"


@pytest.mark.parametrize("story", sorted(set(permutations([PAID, CANCELLED] * 2))))
def test_in_any_order(tell: Tell, orders: Orders, shop: Catalogue, rows: Rows, story: tuple[str, ...]) -> None:
    """A paid order that was cancelled has nothing, however often and in whatever order that is told."""
    product = shop.product(stock=5)
    order_id = orders.held((product, 2))
    assert [tell(about(event_type, order_id)) for event_type in story] == [[]] * 4
    assert balance(rows, product) == Balance(stock=5, ledger=5, held=0, sold=0)


def test_once(tell: Tell, orders: Orders, shop: Catalogue, rows: Rows) -> None:
    """An event that comes again does nothing, whatever has happened since."""
    product = shop.product(stock=5)
    order_id, event_id = orders.held((product, 2)), str(uuid4())
    bodies = [about(PAID, order_id, event_id=event_id)] * 3
    assert tell(*bodies) == tell(*bodies) == []
    assert rows.execute("SELECT event_id::text, type FROM inbox").fetchall() == [(event_id, PAID)]


def test_the_ledger_knows_whose_request_it_was(tell: Tell, orders: Orders, shop: Catalogue, rows: Rows) -> None:
    tell(about(CANCELLED, orders.held((shop.product(stock=5), 2))))
    entry = rows.execute("SELECT correlation_id FROM stock_movements WHERE reason = 'released'").fetchone()
    assert entry == ("a-correlation-id",)


@pytest.mark.parametrize("data", [{}, {"order_id": "x"}, {"order_id": None}])
def test_without_an_order(tell: Tell, data: dict[str, Any]) -> None:
    assert tell(event_message(PAID, data), json.dumps({"detail": "none"})) == ["0", "1"]
