"""For any story of orders, refunds, deliveries and losses: nothing of the stock is lost or made."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from factories.catalogue import Catalogue
from factories.events import Http, LambdaContext
from factories.queue_events import event_message, sqs_batch
from factories.reservations import Orders, balances

Rows = psycopg.Connection[Any]
PRODUCTS, ORDERS = 2, 4
some_order = st.integers(0, ORDERS - 1)
some_product = st.integers(0, PRODUCTS - 1)
some_units = st.dictionaries(some_product, st.integers(1, 4), min_size=1)


class Stock(RuleBasedStateMachine):
    """A few orders fight for a few units; what administrators put in is the model, all else is asked."""

    shop: Catalogue
    orders: Orders
    rows: Rows

    @initialize(amounts=st.lists(st.integers(0, 6), min_size=PRODUCTS, max_size=PRODUCTS))
    def open(self, amounts: list[int]) -> None:
        self.products = [self.shop.product(stock=amount) for amount in amounts]
        self.put_in = dict(zip([product["id"] for product in self.products], amounts, strict=True))
        self.order_ids = [str(uuid4()) for _ in range(ORDERS)]
        self.refunds = [str(uuid4()) for _ in range(ORDERS)]

    @rule(number=some_order, units=some_units)
    def hold(self, number: int, units: dict[int, int]) -> None:
        assert self.orders.hold(self.order_ids[number], *self.wanted(units)).status in {200, 409}

    @rule(number=some_order)
    def release(self, number: int) -> None:
        assert self.orders.release(self.order_ids[number]).status in {204, 409}

    @rule(number=some_order)
    def confirm(self, number: int) -> None:
        assert self.orders.confirm(self.order_ids[number]).status in {204, 404, 409}

    @rule(number=some_order, refund=some_order, units=some_units)
    def restock(self, number: int, refund: int, units: dict[int, int]) -> None:
        reply = self.orders.restock(self.refunds[refund], self.order_ids[number], *self.wanted(units))
        assert reply.status in {204, 409}

    @rule(number=some_order, event_type=st.sampled_from(["order.paid", "order.cancelled"]))
    def tell(self, number: int, event_type: str) -> None:
        from catalog.handler import events

        events(sqs_batch(event_message(event_type, {"order_id": self.order_ids[number]})), LambdaContext())

    @rule(number=some_product, delta=st.integers(-4, 4).filter(bool))
    def move(self, number: int, delta: int) -> None:
        product = self.products[number]
        if self.shop.stock(product, delta).status == 200:
            self.put_in[product["id"]] += delta

    @invariant()
    def adds_up(self) -> None:
        found = balances(self.rows, self.products)
        for product_id, put_in in self.put_in.items():
            balance = found[product_id]
            assert (balance.put_in, balance.ledger) == (put_in, balance.stock)
            assert min(balance.stock, balance.held, balance.sold) >= 0

    def wanted(self, units: dict[int, int]) -> list[tuple[dict[str, Any], int]]:
        return [(self.products[number], qty) for number, qty in units.items()]


@pytest.mark.parametrize(
    "stories", [pytest.param(25), pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(600)])]
)
def test_stock_adds_up(http: Http, shop: Catalogue, rows: Rows, stories: int) -> None:
    Stock.shop, Stock.orders, Stock.rows = shop, Orders(http), rows
    run_state_machine_as_test(
        Stock,
        settings=settings(
            max_examples=stories, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
