"""An order is paid: by payments' call, and by its events."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from factories.events import LambdaContext
from factories.ordering import Person, Shop, assert_illegal, at_once, told, types
from factories.queue_events import event_message, sqs_batch
from orders.events import OrderPaid

Facts = Callable[..., list[dict[str, Any]]]
NONE_FAILED: dict[str, Any] = {"batchItemFailures": []}


@pytest.fixture
def consume() -> Callable[..., dict[str, Any]]:
    """Lets events of others come, each as many times as it is named."""
    from orders.handler import events

    return lambda *messages: events(sqs_batch(*messages), LambdaContext())


def payment_event(name: str, placed: dict[str, Any], payment_id: str, **more: Any) -> str:
    data = {
        "payment_id": payment_id,
        "order_id": placed["order_id"],
        "user_id": str(uuid.uuid4()),
        "amount": placed["total"],
        "currency": placed["currency"],
        **more,
    }
    return event_message(f"payment.{name}", data, source="payments")


class TestPaid:
    def test_by_others_than_payments(self, shop: Shop, admin: Person) -> None:
        shopper, placed = shop.placed()
        body = {"status": "paid", "payment_id": str(uuid.uuid4()), "amount": "10.00", "currency": "EUR"}
        for person in (shopper, admin):
            assert person.ask("POST", f"/internal/order/{placed['order_id']}/status", body).status == 403
        assert shopper.order(placed)["status"] == "created"

    def test_unknown_order(self, shop: Shop) -> None:
        nothing = {"order_id": str(uuid.uuid4()), "total": "10.00", "currency": "EUR"}
        assert shop.payments.tell_paid(nothing).status == 404

    @pytest.mark.parametrize("differently", [{"amount": "9.99"}, {"amount": "10.01"}, {"currency": "USD"}])
    def test_other_amount(self, shop: Shop, differently: dict[str, str]) -> None:
        shopper, placed = shop.placed()
        reply = shop.payments.tell_paid(placed, **differently)
        assert (reply.status, reply.json()["code"], reply.json()["total"]) == (422, "amount_mismatch", "10.00")
        assert shopper.order(placed)["status"] == "created"

    def test_valid(self, shop: Shop, facts: Facts) -> None:
        shopper, placed = shop.placed()
        payment_id = str(uuid.uuid4())
        reply = shop.payments.tell_paid(placed, payment_id=payment_id)
        assert told(reply) == {"order_id": placed["order_id"], "status": "paid"}
        paid = shopper.order(placed)
        assert (paid["status"], paid["events"][-1]["type"], paid["events"][-1]["by"]) == ("paid", "paid", "payments")
        data = OrderPaid.model_validate(facts(placed)[-1]["data"])
        assert (str(data.payment_id), data.items[0].sku) == (payment_id, placed["items"][0]["sku"])
        assert data.total == Decimal(placed["total"])

    def test_repeated(self, shop: Shop, admin: Person, facts: Facts) -> None:
        _, placed = shop.placed()
        payment_id = shop.payments.pay(placed)
        for status in ("paid", "processing", "completed"):
            if status != "paid":
                admin.move(placed, status)
            assert told(shop.payments.tell_paid(placed, payment_id=payment_id))["status"] == status
        assert types(facts(placed)) == ["order.created", "order.paid", "order.completed"]

    def test_by_another_payment(self, shop: Shop) -> None:
        _, placed = shop.placed()
        shop.payments.pay(placed)
        assert_illegal(shop.payments.tell_paid(placed), "paid")

    def test_too_late(self, shop: Shop) -> None:
        """Payments refunds what it could not tell."""
        shopper, placed = shop.placed()
        shopper.cancel(placed)
        assert_illegal(shop.payments.tell_paid(placed), "cancelled")

    def test_after_its_refund(self, shop: Shop) -> None:
        shopper, placed = shop.placed()
        payment_id = shop.payments.pay(placed)
        shopper.cancel(placed)
        assert_illegal(shop.payments.tell_paid(placed, payment_id=payment_id), "cancelled")

    def test_50_payments_at_once(self, shop: Shop, facts: Facts) -> None:
        from orders.app import app

        _, placed = shop.placed()
        body = {"status": "paid", "amount": placed["total"], "currency": "EUR"}
        path = f"/internal/order/{placed['order_id']}/status"
        posts: list[tuple[str, Any, dict[str, str]]] = [
            (path, {**body, "payment_id": str(uuid.uuid4())}, {}) for _ in range(50)
        ]
        answers = at_once(app, shop.payments, posts)
        assert [answer.status_code for answer in answers].count(200) == 1
        assert types(facts(placed)) == ["order.created", "order.paid"]


class TestPaymentEvents:
    def test_second_road_to_paid(self, shop: Shop, facts: Facts, consume: Callable[..., dict[str, Any]]) -> None:
        shopper, placed = shop.placed()
        payment_id = str(uuid.uuid4())
        message = payment_event("succeeded", placed, payment_id)
        assert consume(message, message) == NONE_FAILED
        assert told(shop.payments.tell_paid(placed, payment_id=payment_id))["status"] == "paid"
        assert consume(payment_event("succeeded", placed, payment_id)) == NONE_FAILED
        assert shopper.order(placed)["status"] == "paid"
        assert types(facts(placed)) == ["order.created", "order.paid"]

    def test_of_a_cancelled_order(self, shop: Shop, consume: Callable[..., dict[str, Any]]) -> None:
        shopper, placed = shop.placed()
        shopper.cancel(placed)
        assert consume(payment_event("succeeded", placed, str(uuid.uuid4()))) == NONE_FAILED
        assert shopper.order(placed)["status"] == "cancelled"

    def test_of_an_unknown_order(self, http: Any, consume: Callable[..., dict[str, Any]]) -> None:
        """Money without an order is for people to look at: the message ends among the dead letters."""
        unknown = {"order_id": str(uuid.uuid4()), "total": "1.00", "currency": "EUR"}
        failed = consume(payment_event("succeeded", unknown, str(uuid.uuid4())))
        assert failed == {"batchItemFailures": [{"itemIdentifier": "0"}]}

    def test_failed_and_refunded_are_noted(self, shop: Shop, consume: Callable[..., dict[str, Any]]) -> None:
        shopper, placed = shop.placed()
        failed = payment_event("failed", placed, str(uuid.uuid4()), reason="card_declined")
        refunded = payment_event("refunded", placed, str(uuid.uuid4()), refund_id=str(uuid.uuid4()))
        assert consume(failed, refunded, failed) == NONE_FAILED
        story = [(event["type"], event["by"], event["note"]) for event in shopper.order(placed)["events"][1:]]
        assert story == [("payment_failed", "payments", "card_declined"), ("refunded", "payments", "10.00 EUR")]
