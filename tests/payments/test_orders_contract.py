"""What payments asks of orders, asked of the double that its tests use and of the real service: the same answers."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from factories.service_process import serving
from fakes.orders import FakeOrder, FakeOrders
from payments import orders_api
from payments.models import Payment
from payments.orders_api import Known
from shopkit import runtime
from shopkit.errors import Unavailable

MAKE = """
INSERT INTO orders (id, user_id, status, version, subtotal, total, currency, payment_id, paid_at, expires_at, placed_at,
                    leased_until, recovery_point, cart_id, cart_version, cart_lines, accepts_price_changes,
                    shipping_method, shipping)
VALUES (%(id)s, %(user_id)s, %(status)s, 1, %(total)s, %(total)s, %(currency)s, %(payment_id)s, %(paid_at)s,
        %(expires_at)s, now(), now(), 'finished', gen_random_uuid(), 1, '[]', false, 'pickup', 0)"""

Make = Callable[..., FakeOrder]


@pytest.fixture(scope="module")
def orders_database(make_database: Callable[[str], str]) -> str:
    return make_database("orders_behind_payments")


@pytest.fixture(scope="module")
def real_orders(aws: str, orders_database: str) -> Iterator[str]:
    """The address of an orders, without cart and catalog: only placing needs them."""
    with serving("orders", {"DATABASE_URL": orders_database}) as address:
        yield address


@pytest.fixture(params=["double", "real"])
def make(
    request: pytest.FixtureRequest, orders: FakeOrders, orders_database: str, find_orders: Callable[[str], None]
) -> Make:
    """Makes an order in the double or in the real service, and lets payments ask that one."""
    if request.param == "double":
        return orders.make
    find_orders(request.getfixturevalue("real_orders"))

    def insert(user_id: str, **facts: Any) -> FakeOrder:
        order = FakeOrder(user_id, **facts)
        paid_at = datetime.now(UTC) if order.payment_id else None
        with psycopg.connect(orders_database) as connection:
            connection.execute(MAKE, {**vars(order), "paid_at": paid_at})
        return order

    return insert


@pytest.fixture
def user_id() -> str:
    return str(uuid.uuid4())


def payment_of(order: FakeOrder, **facts: Any) -> Payment:
    known = {"id": uuid.uuid4(), "order_id": UUID(order.id), "amount": Decimal(order.total), "currency": order.currency}
    return Payment(**{**known, **facts})


def mark_paid(payment: Payment) -> bool:
    return runtime.run(orders_api.mark_paid(payment))


def known(order: FakeOrder) -> Known | None:
    return runtime.run(orders_api.look_up([UUID(order.id), uuid.uuid4()])).get(UUID(order.id))


class TestFind:
    def test_unknown(self, make: Make) -> None:
        assert runtime.run(orders_api.find(uuid.uuid4())) is None

    def test_created(self, make: Make, user_id: str) -> None:
        order = make(user_id)
        found = runtime.run(orders_api.find(UUID(order.id)))
        assert found is not None
        assert (str(found.id), str(found.user_id), found.status) == (order.id, user_id, "created")
        assert (found.total, found.currency, found.expires_at) == (Decimal("12.00"), "EUR", order.expires_at)
        assert found.is_payable(datetime.now(UTC))
        assert not found.is_payable(order.expires_at)

    def test_cancelled(self, make: Make, user_id: str) -> None:
        found = runtime.run(orders_api.find(UUID(make(user_id, status="cancelled").id)))
        assert found is not None
        assert not found.is_payable(datetime.now(UTC))


class TestMarkPaid:
    def test_created(self, make: Make, user_id: str) -> None:
        order = make(user_id)
        payment = payment_of(order)
        assert [mark_paid(payment) for _ in range(2)] == [True, True]
        assert known(order) == Known(UUID(order.id), "paid", Decimal("12.00"), "EUR", payment.id)

    def test_by_another_payment(self, make: Make, user_id: str) -> None:
        order = make(user_id)
        first = payment_of(order)
        assert mark_paid(first)
        assert not mark_paid(payment_of(order))
        assert mark_paid(first)

    def test_cancelled(self, make: Make, user_id: str) -> None:
        assert not mark_paid(payment_of(make(user_id, status="cancelled")))

    @pytest.mark.parametrize("facts", [{"amount": Decimal("11.99")}, {"currency": "CHF"}])
    def test_other_amount(self, make: Make, user_id: str, facts: dict[str, Any]) -> None:
        order = make(user_id)
        with pytest.raises(Unavailable):
            mark_paid(payment_of(order, **facts))
        assert getattr(known(order), "status", None) == "created"

    def test_unknown(self, make: Make, user_id: str) -> None:
        with pytest.raises(Unavailable):
            mark_paid(payment_of(FakeOrder(user_id)))


class TestLookUp:
    def test_unpaid(self, make: Make, user_id: str) -> None:
        order = make(user_id)
        assert known(order) == Known(UUID(order.id), "created", Decimal("12.00"), "EUR", None)

    def test_unknown(self, make: Make, user_id: str) -> None:
        assert known(FakeOrder(user_id)) is None


class TestPaidSince:
    def test_several_pages(self, make: Make, user_id: str) -> None:
        paid = [make(user_id, status="completed", payment_id=str(uuid.uuid4())) for _ in range(101)]
        others = [make(user_id), make(user_id, status="cancelled", payment_id=str(uuid.uuid4()))]

        async def ask() -> dict[str, UUID | None]:
            since = datetime.now(UTC) - timedelta(hours=1)
            return {str(each.id): each.payment_id async for each in orders_api.paid_since(since)}

        listed = runtime.run(ask())
        assert {order.id: listed.get(order.id) for order in paid} == {
            order.id: UUID(order.payment_id) for order in paid
        }
        assert not [order for order in others if order.id in listed]
