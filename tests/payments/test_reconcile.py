"""Three books are compared; what is certain is repaired."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from factories.payments import Background, Books, Payer, bill_of
from fakes.orders import FakeOrder, FakeOrders
from localcloud.state import free_port
from payments.providers.emulated import EmulatedProvider
from shopkit import runtime
from shopkit.errors import Unavailable


def kinds(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["kind"] for entry in entries]


def only_found(report: dict[str, Any], kind: str, subject: object) -> None:
    assert report["repaired"] == []
    [entry] = report["found"]
    assert (entry["kind"], entry["subject"]) == (kind, str(subject))
    assert entry["detail"]


class TestReconcile:
    def test_nothing(self, background: Background) -> None:
        assert background.reconcile() == {"repaired": [], "found": []}

    def test_in_order(
        self, paid: FakeOrder, payer: Payer, orders: FakeOrders, background: Background, books: Books
    ) -> None:
        payer.pay(orders.make(payer.id), "pm_card_declined")
        refunded = orders.make(payer.id)
        payer.pay(refunded)
        refunded.status = "cancelled"
        background.cancelled(refunded)
        background.sweep()
        assert background.reconcile() == {"repaired": [], "found": []}
        assert books.kept(paid) == 12

    def test_charge_without_payment(
        self, payer: Payer, orders: FakeOrders, background: Background, books: Books
    ) -> None:
        order = orders.make(payer.id)
        runtime.run(EmulatedProvider().charge(bill_of(order)))
        assert kinds(background.reconcile()["repaired"]) == ["charge_without_payment"]
        assert books.kept(order) == 0
        assert background.reconcile() == {"repaired": [], "found": []}

    def test_charged_late(self, payer: Payer, orders: FakeOrders, background: Background, books: Books) -> None:
        order = orders.make(payer.id)
        payer.pay(order)
        books.all("UPDATE payments SET status = 'failed', reason = 'gave_up', provider_charge_id = NULL RETURNING id")
        order.status, order.payment_id = "created", None
        assert kinds(background.reconcile()["repaired"]) == ["charged_late"]
        assert books.kept(order) == 0
        assert background.reconcile() == {"repaired": [], "found": []}

    def test_in_doubt(self, payer: Payer, orders: FakeOrders, background: Background) -> None:
        order = orders.make(payer.id)
        payer.pay(order, "pm_card_timeout")
        assert kinds(background.reconcile()["repaired"]) == ["payment_settled"]
        assert order.status == "paid"
        assert background.reconcile() == {"repaired": [], "found": []}

    @pytest.mark.parametrize("is_known", [True, False], ids=["payments knows", "orders lost it"])
    def test_order_not_told(self, paid: FakeOrder, background: Background, books: Books, *, is_known: bool) -> None:
        if is_known:
            books.all("UPDATE payments SET order_told_at = NULL RETURNING id")
        paid.status, paid.payment_id = "created", None
        assert kinds(background.reconcile()["repaired"]) == ["order_told"]
        assert paid.status == "paid"
        assert background.reconcile() == {"repaired": [], "found": []}

    def test_order_cancelled(self, paid: FakeOrder, background: Background, books: Books) -> None:
        paid.status = "cancelled"
        assert kinds(background.reconcile()["repaired"]) == ["order_cancelled"]
        assert books.kept(paid) == 0
        assert background.reconcile() == {"repaired": [], "found": []}

    def test_refund_due(self, paid: FakeOrder, background: Background, books: Books) -> None:
        paid.status = "cancelled"
        background.cancelled(paid)
        assert kinds(background.reconcile()["repaired"]) == ["refund_due"]
        assert books.kept(paid) == 0

    def test_payment_without_charge(self, paid: FakeOrder, background: Background, books: Books) -> None:
        books.all("DELETE FROM emulated_provider.charges RETURNING id")
        report = background.reconcile()
        assert report["repaired"] == []
        assert sorted(kinds(report["found"])) == ["order_without_charge", "payment_without_charge"]
        assert {entry["subject"] for entry in report["found"]} == {paid.id, paid.payment_id}

    def test_order_without_payment(
        self, payer: Payer, orders: FakeOrders, background: Background, paid: FakeOrder
    ) -> None:
        unpaid = orders.make(payer.id, status="paid")
        only_found(background.reconcile(), "order_without_charge", unpaid.id)

    def test_payment_without_order(self, paid: FakeOrder, orders: FakeOrders, background: Background) -> None:
        orders.orders.clear()
        only_found(background.reconcile(), "payment_without_order", paid.payment_id)

    def test_amount_differs(self, paid: FakeOrder, background: Background, books: Books) -> None:
        paid.total = "13.00"
        only_found(background.reconcile(), "amount_differs", paid.payment_id)
        assert books.kept(paid) == 12

    def test_amount_of_charge_differs(self, paid: FakeOrder, background: Background, books: Books) -> None:
        books.all("UPDATE emulated_provider.charges SET amount = 11 RETURNING id")
        only_found(background.reconcile(), "amount_differs", paid.payment_id)

    def test_refunded_elsewhere(self, paid: FakeOrder, background: Background, books: Books) -> None:
        """Somebody did it by hand at the provider's."""
        provider = EmulatedProvider()
        charge = runtime.run(provider.charge(bill_of(paid, payment_id=uuid.UUID(paid.payment_id))))
        runtime.run(provider.refund(uuid.uuid4(), charge.id, charge.amount))
        report = background.reconcile()
        assert report["repaired"] == []
        assert sorted(kinds(report["found"])) == ["order_refunded", "refund_differs"]

    def test_paid_by_another(self, paid: FakeOrder, background: Background) -> None:
        known = paid.payment_id
        paid.payment_id = str(uuid.uuid4())
        report = background.reconcile()
        assert report["repaired"] == []
        assert {(entry["kind"], entry["subject"]) for entry in report["found"]} == {
            ("paid_by_another", known),
            ("order_without_charge", paid.id),
        }

    def test_since(self, payer: Payer, orders: FakeOrders, background: Background, books: Books) -> None:
        order = orders.make(payer.id)
        runtime.run(EmulatedProvider().charge(bill_of(order)))
        books.all("UPDATE emulated_provider.charges SET created_at = now() - interval '8 days' RETURNING id")
        assert background.reconcile() == {"repaired": [], "found": []}
        month = (datetime.now(UTC) - timedelta(days=30)).isoformat()
        assert kinds(background.reconcile(since=month)["repaired"]) == ["charge_without_payment"]

    def test_many(self, payer: Payer, orders: FakeOrders, background: Background, books: Books) -> None:
        """More than a page of the ledger."""
        for _ in range(101):
            runtime.run(EmulatedProvider().charge(bill_of(orders.make(payer.id))))
        assert len(background.reconcile()["repaired"]) == 101
        assert books.all("SELECT sum(amount) AS back FROM emulated_provider.refunds") == [{"back": 101 * 12}]

    def test_orders_away(self, paid: FakeOrder, background: Background, find_orders: Callable[[str], None]) -> None:
        find_orders(f"http://127.0.0.1:{free_port()}")
        with pytest.raises(Unavailable):
            background.reconcile()
