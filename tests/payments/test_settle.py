"""Payments come to an end, wherever they broke off."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from factories.payments import Background, Books, Died, Payer, ProviderWithEvents, die
from fakes.orders import FakeOrder, FakeOrders
from localcloud.state import free_port
from payments import settling
from payments.providers.emulated import EmulatedProvider
from payments.providers.protocol import Bill, Charge, OutcomeUnknown, Provider
from shopkit import runtime

UseProvider = Callable[[Provider], None]


class Silent(EmulatedProvider):
    """Answers no question."""

    async def look_up(self, payment_id: uuid.UUID) -> Charge | None:
        raise OutcomeUnknown


def settle(payment: dict[str, Any]) -> None:
    runtime.run(settling.settle(payment["id"]))


class TestSettle:
    def test_unknown(self, background: Background, books: Books) -> None:
        """A reminder comes before the commit that it guards, or after none."""
        assert background.remind("payment", payment=str(uuid.uuid4()), look=0) == []

    def test_captured(self, payer: Payer, orders: FakeOrders, books: Books) -> None:
        order = orders.make(payer.id)
        payer.pay(order, "pm_card_timeout")
        settle(books.payments(order)[0])
        assert order.status == "paid"
        assert payer.payments(order)[0]["status"] == "paid"
        assert books.facts() == ["payment.succeeded"]

    def test_again(self, payer: Payer, orders: FakeOrders, books: Books) -> None:
        order = orders.make(payer.id)
        payer.pay(order, "pm_card_timeout")
        for _ in range(3):
            settle(books.payments(order)[0])
        assert books.facts() == ["payment.succeeded"]
        assert len(orders.callbacks) == 1

    def test_several_at_once(self, payer: Payer, orders: FakeOrders, books: Books) -> None:
        order = orders.make(payer.id)
        payer.pay(order, "pm_card_timeout")
        [payment] = books.payments(order)

        async def several() -> None:
            await asyncio.gather(*(settling.settle(payment["id"]) for _ in range(8)))

        runtime.run(several())
        assert books.facts() == ["payment.succeeded"]
        assert books.payments(order)[0]["version"] == payment["version"] + 2

    def test_declined(
        self, pay_and_die: Callable[..., FakeOrder], use_provider: UseProvider, payer: Payer, books: Books
    ) -> None:
        class DeclinedThenDead(EmulatedProvider):
            async def charge(self, bill: Bill) -> Charge:
                try:
                    return await super().charge(bill)
                except Exception as error:
                    raise Died from error

        use_provider(DeclinedThenDead())
        order = pay_and_die(method="pm_card_declined")
        settle(books.payments(order)[0])
        assert payer.payments(order)[0]["status"] == "failed"
        assert books.facts() == ["payment.failed"]

    def test_never_charged_young(
        self, pay_and_die: Callable[..., FakeOrder], use_provider: UseProvider, payer: Payer, books: Books
    ) -> None:
        """Somebody may be charging it just now."""
        use_provider(ProviderWithEvents(before=die))
        order = pay_and_die()
        settle(books.payments(order)[0])
        assert payer.payments(order)[0]["status"] == "pending"

    def test_never_charged(
        self, pay_and_die: Callable[..., FakeOrder], use_provider: UseProvider, payer: Payer, books: Books
    ) -> None:
        use_provider(ProviderWithEvents(before=die))
        order = pay_and_die()
        books.age(30)
        settle(books.payments(order)[0])
        [payment] = payer.payments(order)
        assert (payment["status"], payment["reason"]) == ("failed", "gave_up")
        use_provider(EmulatedProvider())
        assert payer.pay(order).status == 200

    def test_provider_away(
        self, payer: Payer, orders: FakeOrders, use_provider: UseProvider, background: Background, books: Books
    ) -> None:
        order = orders.make(payer.id)
        payer.pay(order, "pm_card_timeout")
        books.age(60)
        use_provider(Silent())
        assert background.remind("payment", payment=str(books.payments(order)[0]["id"]), look=2) == []
        assert payer.payments(order)[0]["status"] == "pending"
        use_provider(EmulatedProvider())
        assert background.sweep()["payments"] == 1
        assert order.status == "paid"

    def test_charged_late(
        self, payer: Payer, orders: FakeOrders, use_provider: UseProvider, background: Background, books: Books
    ) -> None:
        """A frozen process charges after the payment was given up: the money goes back."""

        async def give_up(bill: Bill) -> None:
            books.age(30)
            await settling.settle(bill.payment_id)

        order = orders.make(payer.id)
        use_provider(ProviderWithEvents(before=give_up))
        reply = payer.pay(order)
        assert (reply.status, reply.json()["reason"]) == (402, "gave_up")
        background.sweep()
        assert books.kept(order) == 0
        assert order.status == "created"
        assert books.facts() == ["payment.failed", "payment.refunded"]


class TestTellOrders:
    @pytest.fixture
    def untold(
        self,
        payer: Payer,
        orders: FakeOrders,
        find_orders: Callable[[str], None],
        use_provider: UseProvider,
    ) -> FakeOrder:
        """Paid for, while orders had gone; now it is back."""

        async def orders_leaves(_: Bill) -> None:
            find_orders(f"http://127.0.0.1:{free_port()}")

        use_provider(ProviderWithEvents(after=orders_leaves))
        order = orders.make(payer.id)
        assert payer.pay(order).status == 200
        find_orders(orders.url)
        use_provider(EmulatedProvider())
        return order

    def test_by_reminder(self, untold: FakeOrder, background: Background, books: Books) -> None:
        assert untold.status == "created"
        assert background.remind("payment", payment=str(books.payments(untold)[0]["id"]), look=0) == []
        assert untold.status == "paid"

    def test_by_sweep(self, untold: FakeOrder, background: Background) -> None:
        assert background.sweep()["payments"] == 1
        assert untold.status == "paid"
        assert background.sweep()["payments"] == 0

    def test_by_second_pay(self, untold: FakeOrder, payer: Payer, books: Books) -> None:
        assert payer.pay(untold).status == 200
        assert untold.status == "paid"
        assert len(books.payments(untold)) == 1

    def test_heard_of_it_elsewhere(self, untold: FakeOrder, background: Background, books: Books) -> None:
        """By the event, as its second road."""
        untold.status, untold.payment_id = "completed", str(books.payments(untold)[0]["id"])
        background.sweep()
        assert not books.refunds(untold)
        assert books.payments(untold)[0]["order_told_at"]

    def test_cancelled_meanwhile(self, untold: FakeOrder, background: Background, payer: Payer, books: Books) -> None:
        untold.status = "cancelled"
        background.sweep()
        background.sweep()
        assert books.kept(untold) == 0
        assert payer.payments(untold)[0]["status"] == "refunded"

    def test_amount_refused(self, untold: FakeOrder, background: Background, books: Books) -> None:
        """For people to find out; no money moves by itself."""
        untold.total = "13.00"
        background.sweep()
        assert not books.refunds(untold)
        assert books.payments(untold)[0]["order_told_at"] is None
