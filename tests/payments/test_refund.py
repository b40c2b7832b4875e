"""Money goes back, once, whatever is repeated or comes in another order."""

import asyncio
import uuid
from collections.abc import Callable
from decimal import Decimal

from factories.payments import Background, Books, Payer
from fakes.orders import FakeOrder, FakeOrders
from payments import refunding, settling
from payments.providers.emulated import EmulatedProvider
from payments.providers.protocol import Declined, OutcomeUnknown, Provider
from shopkit import runtime

UseProvider = Callable[[Provider], None]


class TestRefund:
    def test_cancelled(self, paid: FakeOrder, payer: Payer, background: Background, books: Books) -> None:
        background.cancelled(paid)
        [payment] = payer.payments(paid)
        assert (payment["status"], payment["refunds"][0]["status"]) == ("paid", "requested")
        background.sweep()
        [payment] = payer.payments(paid)
        assert (payment["status"], payment["refunds"][0]["status"]) == ("refunded", "refunded")
        assert payment["refunds"][0]["amount"] == "12.00"
        assert books.kept(paid) == 0

    def test_fact(self, paid: FakeOrder, background: Background, books: Books) -> None:
        background.cancelled(paid)
        background.sweep()
        [fact] = books.all("SELECT version, data FROM outbox WHERE type = 'payment.refunded'")
        [payment], [refund] = books.payments(paid), books.refunds(paid)
        assert fact["version"] == payment["version"]
        assert fact["data"] == {
            "refund_id": str(refund["id"]),
            "payment_id": str(payment["id"]),
            "order_id": paid.id,
            "user_id": paid.user_id,
            "amount": "12.00",
            "currency": "EUR",
        }

    def test_never_paid(self, payer: Payer, orders: FakeOrders, background: Background, books: Books) -> None:
        order = orders.make(payer.id)
        background.cancelled(order)
        assert not books.refunds(order)

    def test_declined_before(self, payer: Payer, orders: FakeOrders, background: Background, books: Books) -> None:
        order = orders.make(payer.id)
        payer.pay(order, "pm_card_declined")
        background.cancelled(order)
        assert not books.refunds(order)

    def test_repeated(self, paid: FakeOrder, background: Background, books: Books) -> None:
        """The same event again, and another one of the same order."""
        event_id = str(uuid.uuid4())
        for again in (event_id, event_id, None):
            background.cancelled(paid, event_id=again)
            background.sweep()
        assert len(books.refunds(paid)) == 1
        assert books.kept(paid) == 0
        assert books.facts() == ["payment.succeeded", "payment.refunded"]

    def test_several_at_once(self, paid: FakeOrder, background: Background, books: Books) -> None:
        background.cancelled(paid)
        [payment] = books.payments(paid)

        async def several() -> list[bool]:
            return await asyncio.gather(*(refunding.carry_out(payment["id"]) for _ in range(8)))

        assert runtime.run(several()).count(True) == 1
        assert books.kept(paid) == 0
        assert books.facts() == ["payment.succeeded", "payment.refunded"]

    def test_before_the_success(self, payer: Payer, orders: FakeOrders, background: Background, books: Books) -> None:
        """The order is cancelled while its payment is in doubt."""
        order = orders.make(payer.id)
        payer.pay(order, "pm_card_timeout")
        order.status = "cancelled"
        background.cancelled(order)
        assert not books.refunds(order)
        runtime.run(settling.settle(books.payments(order)[0]["id"]))
        background.sweep()
        assert books.kept(order) == 0
        assert books.facts() == ["payment.succeeded", "payment.refunded"]

    def test_no_answer(self, paid: FakeOrder, background: Background, use_provider: UseProvider, books: Books) -> None:
        """It was given back, and nobody said so: with the same id it is not given back twice."""

        class Silent(EmulatedProvider):
            async def refund(self, refund_id: uuid.UUID, charge_id: str, amount: Decimal) -> None:
                await super().refund(refund_id, charge_id, amount)
                raise OutcomeUnknown

        background.cancelled(paid)
        use_provider(Silent())
        background.sweep()
        assert books.refunds(paid)[0]["status"] == "requested"
        use_provider(EmulatedProvider())
        background.sweep()
        assert books.refunds(paid)[0]["status"] == "succeeded"
        assert books.kept(paid) == 0

    def test_refused(self, paid: FakeOrder, background: Background, use_provider: UseProvider, books: Books) -> None:
        """It stays requested, for people to see."""

        class Refusing(EmulatedProvider):
            async def refund(self, refund_id: uuid.UUID, charge_id: str, amount: Decimal) -> None:
                raise Declined("account_closed")

        background.cancelled(paid)
        use_provider(Refusing())
        background.sweep()
        assert books.refunds(paid)[0]["status"] == "requested"
        assert books.facts() == ["payment.succeeded"]
