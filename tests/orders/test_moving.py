"""An order moves through its states: who may do what, and what others are told."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from factories.ordering import Person, Shop, assert_illegal, at_once, told, types
from orders.events import OrderCancelled, OrderCompleted

Rows = psycopg.Connection[dict[str, Any]]
Facts = Callable[..., list[dict[str, Any]]]
NONE_FAILED: dict[str, Any] = {"batchItemFailures": []}


class TestCancel:
    def test_of_another_shopper(self, shop: Shop) -> None:
        shopper, placed = shop.placed()
        assert shop.person().cancel(placed).status == 404
        assert shopper.order(placed)["status"] == "created"

    def test_valid(self, shop: Shop, facts: Facts) -> None:
        shopper, placed = shop.placed()
        cancelled = told(shopper.cancel(placed, "Changed my mind."))
        assert (cancelled["status"], cancelled["expires_at"]) == ("cancelled", None)
        last = cancelled["events"][-1]
        assert (last["type"], last["by"], last["note"]) == ("cancelled", f"shopper:{shopper.id}", "Changed my mind.")
        assert shopper.order(placed) == cancelled
        fact = facts(placed)[-1]
        assert (fact["type"], fact["version"]) == ("order.cancelled", 2)
        data = OrderCancelled.model_validate(fact["data"])
        assert (data.was, data.reason, data.by) == ("created", "shopper", f"shopper:{shopper.id}")
        assert data.total == Decimal(placed["total"])

    def test_paid(self, shop: Shop, facts: Facts) -> None:
        shopper, placed = shop.placed()
        shop.payments.pay(placed)
        assert told(shopper.cancel(placed))["status"] == "cancelled"
        assert facts(placed)[-1]["data"]["was"] == "paid"

    def test_processing(self, shop: Shop, admin: Person) -> None:
        shopper, placed = shop.placed()
        shop.payments.pay(placed)
        admin.move(placed, "processing")
        assert_illegal(shopper.cancel(placed), "processing")

    def test_twice(self, shop: Shop, facts: Facts) -> None:
        shopper, placed = shop.placed()
        shopper.cancel(placed)
        assert_illegal(shopper.cancel(placed), "cancelled")
        assert types(facts(placed)) == ["order.created", "order.cancelled"]

    def test_50_at_once(self, shop: Shop, facts: Facts) -> None:
        from orders.app import app

        shopper, placed = shop.placed()
        answers = at_once(app, shopper, [(f"/order/{placed['order_id']}/cancel", {}, {})] * 50)
        assert sorted({answer.status_code for answer in answers}) == [200, 409]
        assert types(facts(placed)) == ["order.created", "order.cancelled"]

    @pytest.mark.parametrize("note", ["x" * 501, "\x00"])
    def test_bad_note(self, shop: Shop, note: str) -> None:
        shopper, placed = shop.placed()
        assert shopper.cancel(placed, note).status == 422


class TestExpire:
    @pytest.fixture
    def overdue(self, rows: Rows) -> Callable[[], None]:
        def pass_by() -> None:
            rows.execute("UPDATE orders SET expires_at = now() WHERE status = 'created'")

        return pass_by

    @pytest.mark.parametrize("by", ["reminder", "sweep"])
    def test_unpaid(
        self,
        shop: Shop,
        facts: Facts,
        overdue: Callable[[], None],
        remind: Callable[[str], dict[str, Any]],
        sweep: Callable[[], dict[str, Any]],
        by: str,
    ) -> None:
        shopper, placed = shop.placed()
        overdue()
        for _ in range(2):
            if by == "sweep":
                sweep()
            else:
                assert remind(placed["order_id"]) == NONE_FAILED
        expired = shopper.order(placed)
        assert (expired["status"], expired["events"][-1]["by"]) == ("cancelled", "clock")
        data = OrderCancelled.model_validate(facts(placed)[-1]["data"])
        assert (data.was, data.reason, data.by) == ("created", "expired", "clock")
        assert types(facts(placed)) == ["order.created", "order.cancelled"]

    def test_not_yet(self, shop: Shop, remind: Callable[[str], dict[str, Any]]) -> None:
        shopper, placed = shop.placed()
        remind(placed["order_id"])
        assert shopper.order(placed) == placed

    def test_paid(self, shop: Shop, overdue: Callable[[], None], remind: Callable[[str], dict[str, Any]]) -> None:
        shopper, placed = shop.placed()
        overdue()
        shop.payments.pay(placed)
        remind(placed["order_id"])
        assert shopper.order(placed)["status"] == "paid"

    def test_is_reminded_until_it_is_settled(
        self,
        shop: Shop,
        rows: Rows,
        reminders: Callable[[], list[tuple[str, int]]],
        remind: Callable[[str], dict[str, Any]],
    ) -> None:
        """SQS keeps a message back for 15 minutes at the most, and an order lasts 30."""
        _, placed = shop.placed()
        for left in ("30 minutes", "20 seconds"):
            rows.execute("UPDATE orders SET expires_at = now() + %s::interval", [left])
            remind(placed["order_id"])
        assert [delay for _, delay in reminders()] == [60, 900, 20]
        shop.payments.pay(placed)
        remind(placed["order_id"])
        assert len(reminders()) == 3

    def test_of_an_order_that_never_was(
        self, http: Any, reminders: Callable[[], list[tuple[str, int]]], remind: Callable[[str], dict[str, Any]]
    ) -> None:
        assert remind(str(uuid.uuid4())) == NONE_FAILED
        assert reminders() == []


class TestAdminMoves:
    def test_by_a_shopper(self, shop: Shop) -> None:
        shopper, placed = shop.placed()
        assert shopper.move(placed, "cancelled").status == 403
        assert shopper.refund(placed).status == 403

    def test_unknown_order(self, shop: Shop, admin: Person) -> None:
        assert admin.move({"order_id": str(uuid.uuid4())}, "processing").status == 404
        assert admin.refund({"order_id": str(uuid.uuid4())}).status == 404

    @pytest.mark.parametrize("status", ["created", "paid", "placing", "rejected", "sent"])
    def test_no_move_of_his(self, shop: Shop, admin: Person, status: str) -> None:
        _, placed = shop.placed()
        reply = admin.move(placed, status)
        assert reply.status == 422
        assert reply.json()["detail"] == "status: Input should be 'processing', 'completed' or 'cancelled'"

    def test_to_completion(self, shop: Shop, admin: Person, facts: Facts) -> None:
        shopper, placed = shop.placed()
        assert_illegal(admin.move(placed, "processing"), "created")
        shop.payments.pay(placed)
        assert_illegal(admin.move(placed, "completed"), "paid")
        told(admin.move(placed, "processing", "Parcel 17"))
        completed = told(admin.move(placed, "completed"))
        assert (completed["status"], completed["version"], completed["user_id"]) == ("completed", 4, shopper.id)
        assert [(event["type"], event["note"]) for event in completed["events"][2:]] == [
            ("processing", "Parcel 17"),
            ("completed", None),
        ]
        assert completed["events"][-1]["by"] == f"admin:{admin.id}"
        assert OrderCompleted.model_validate(facts(placed)[-1]["data"]).total == 10
        assert_illegal(admin.move(placed, "cancelled"), "completed")
        assert_illegal(admin.refund(placed), "completed")

    def test_cancels_what_is_processed(self, shop: Shop, admin: Person, facts: Facts) -> None:
        _, placed = shop.placed()
        shop.payments.pay(placed)
        admin.move(placed, "processing")
        told(admin.move(placed, "cancelled", "Broken in the store."))
        data = OrderCancelled.model_validate(facts(placed)[-1]["data"])
        assert (data.was, data.reason, data.by) == ("processing", "admin", f"admin:{admin.id}")

    def test_refunds(self, shop: Shop, admin: Person, facts: Facts) -> None:
        _, placed = shop.placed()
        assert_illegal(admin.refund(placed), "created")
        shop.payments.pay(placed)
        refunded = told(admin.refund(placed, "Sorry."))
        assert (refunded["status"], refunded["events"][-1]["note"]) == ("cancelled", "Sorry.")
        data = OrderCancelled.model_validate(facts(placed)[-1]["data"])
        assert (data.was, data.reason) == ("paid", "refunded")
