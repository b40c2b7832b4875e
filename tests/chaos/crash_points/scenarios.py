"""What is under way when a process crashes, and how it must end."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chaos.crash_points.functions import Request
from chaos.crash_points.scene import Customer, Order, Scene
from factories.queue_events import reminder_message, sqs_batch

PAYMENT = "SELECT id::text FROM payments WHERE order_id = %s"
AGE = "UPDATE orders SET expires_at = now() WHERE id = %s"
TELL = """
INSERT INTO outbox (type, version, correlation_id, data, claimed_until)
VALUES ('product.stock_low', 1, 'tests', %s, NULL)"""


@dataclass(frozen=True)
class Attempt:
    """What the function under test is asked; a customer's request he sends again once it has crashed."""

    asked: Request | Mapping[str, Any]
    order: Order | None = None


@dataclass(frozen=True)
class Scenario:
    """`answers` are those that the customer may get in the end, by status or by the code of a problem; `ends` is the
    state in which the order is when all is quiet, unpaid ones having expired."""

    name: str
    function: str
    prepare: Callable[[Scene, Customer], Attempt]
    ends: str = ""
    answers: frozenset[object] = frozenset()


def _place(_: Scene, customer: Customer) -> Attempt:
    customer.fill_cart()
    return Attempt(customer.placing())


def _pay(method: str) -> Callable[[Scene, Customer], Attempt]:
    def prepare(_: Scene, customer: Customer) -> Attempt:
        order = customer.ordered()
        return Attempt(customer.paying(order, method), order)

    return prepare


def _cancel(_: Scene, customer: Customer) -> Attempt:
    order = customer.ordered()
    return Attempt(customer.cancelling(order), order)


def _cancel_paid(_: Scene, customer: Customer) -> Attempt:
    order = _paid(customer)
    return Attempt(customer.cancelling(order), order)


def _expire(scene: Scene, customer: Customer) -> Attempt:
    order = customer.ordered()
    scene.rows("orders", AGE, order["order_id"])
    return Attempt(sqs_batch(reminder_message("order", order_id=order["order_id"])), order)


def _request_refund(scene: Scene, customer: Customer) -> Attempt:
    order = _paid(customer)
    answer = customer.send(customer.cancelling(order))
    assert answer.status == 200, answer
    return Attempt(scene.delivery("orders", "order.cancelled", order), order)


def _refund(scene: Scene, customer: Customer) -> Attempt:
    attempt = _request_refund(scene, customer)
    scene.functions["PaymentsEventsFunction"].serve(attempt.asked, REMINDERS_URL="")  # else it is done at once
    assert attempt.order is not None
    [payment] = scene.rows("payments", PAYMENT, attempt.order["order_id"])
    return Attempt(sqs_batch(reminder_message("refund", payment=payment["id"], look=0)), attempt.order)


def _sell(scene: Scene, customer: Customer) -> Attempt:
    order = _paid(customer)
    return Attempt(scene.delivery("orders", "order.paid", order), order)


def _publish(scene: Scene, _: Customer) -> Attempt:
    """By catalog, whose relay nobody nudges meanwhile."""
    scene.rows("catalog", TELL, json.dumps({"product_id": scene.product_id, "left": 1}))
    return Attempt({})


def _paid(customer: Customer) -> Order:
    order = customer.ordered()
    answer = customer.send(customer.paying(order))
    assert answer.status == 200, answer
    return order


ONCE_CANCELLED = frozenset({200, "illegal_transition"})
PLACING = Scenario("placing", "OrdersFunction", _place, "cancelled", frozenset({201}))
PUBLISHING = Scenario("publishing", "CatalogRelayFunction", _publish)
SCENARIOS: tuple[Scenario, ...] = (
    PLACING,
    Scenario("paying", "PaymentsFunction", _pay("pm_card_visa"), "paid", frozenset({200})),
    Scenario("declined", "PaymentsFunction", _pay("pm_card_declined"), "cancelled", frozenset({"payment_declined"})),
    Scenario("charged and timed out", "PaymentsFunction", _pay("pm_card_timeout"), "paid", frozenset({200, 202})),
    Scenario("cancelling", "OrdersFunction", _cancel, "cancelled", ONCE_CANCELLED),
    Scenario("cancelling what is paid", "OrdersFunction", _cancel_paid, "cancelled", ONCE_CANCELLED),
    Scenario("expiring", "OrdersRelayFunction", _expire, "cancelled"),
    Scenario("asking for a refund", "PaymentsEventsFunction", _request_refund, "cancelled"),
    Scenario("refunding", "PaymentsRelayFunction", _refund, "cancelled"),
    Scenario("selling", "CatalogEventsFunction", _sell, "paid"),
    Scenario("putting stock back", "CatalogEventsFunction", _request_refund, "cancelled"),
    PUBLISHING,
)
FUNCTIONS = sorted({scenario.function for scenario in SCENARIOS})
