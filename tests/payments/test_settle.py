"""Payments come to an end, wherever they broke off."""

import asyncio
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from factories.payments import Background, Books, Payer, ProviderWithEvents, new_key
from factories.waiting import wait_for
from fakes.orders import FakeOrder, FakeOrders
from localcloud.state import free_port
from payments import orders_api, settling
from payments.domain import GIVEN_UP_AFTER, LOOKS, pause_after
from payments.providers.emulated import EmulatedProvider
from payments.providers.protocol import Bill, Charge, OutcomeUnknown, Provider
from shopkit import runtime

UseProvider = Callable[[Provider], None]


class Died(BaseException):
    """The process has ended here."""


class Silent(EmulatedProvider):
    """Answers no question."""

    async def look_up(self, payment_id: uuid.UUID) -> Charge | None:
        raise OutcomeUnknown


async def die(_: Bill) -> None:
    raise Died


def settle(payment: dict[str, Any]) -> None:
    runtime.run(settling.settle(payment["id"]))


@pytest.fixture
def pay_and_die(payer: Payer, orders: FakeOrders) -> Callable[..., FakeOrder]:
    """Begins to pay an order, in a process that dies on the way."""
    from payments.app import app

    def begin(key: str | None = None, **wanted: Any) -> FakeOrder:
        order = orders.make(payer.id)
        with pytest.raises(Died):
            payer.at_once(app, order, 1, key, **wanted)
        return order

    return begin


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


class TestReminders:
    @pytest.fixture
    def queue(self, aws: str, monkeypatch: pytest.MonkeyPatch) -> Any:
        queue = boto3.resource("sqs").create_queue(QueueName=f"reminders-{uuid.uuid4()}")
        monkeypatch.setenv("REMINDERS_URL", queue.url)
        yield queue
        queue.delete()

    @staticmethod
    def waiting(queue: Any) -> int:
        """How many messages the queue keeps back."""
        queue.load()
        return int(queue.attributes["ApproximateNumberOfMessagesDelayed"])

    def test_before_the_commit(
        self, queue: Any, pay_and_die: Callable[..., FakeOrder], use_provider: UseProvider, books: Books
    ) -> None:
        use_provider(ProviderWithEvents(before=die))
        pay_and_die()
        assert self.waiting(queue) == 1

    def test_none_for_refusals(self, queue: Any, payer: Payer, orders: FakeOrders) -> None:
        payer.pay(orders.make(payer.id, status="cancelled"))
        assert self.waiting(queue) == 0

    def test_until_the_last_look(
        self, queue: Any, payer: Payer, orders: FakeOrders, use_provider: UseProvider, books: Books
    ) -> None:
        order = orders.make(payer.id)
        payer.pay(order, "pm_card_timeout")
        payment_id = str(books.payments(order)[0]["id"])
        use_provider(Silent())
        for look, waiting in ((0, 2), (1, 3), (2, 3)):
            runtime.run(settling.look({"payment": payment_id, "look": look}))
            assert self.waiting(queue) == waiting

    def test_content(self, queue: Any, aws: str) -> None:
        payment_id = uuid.uuid4()
        runtime.run(settling.remind_of(payment_id, look=1, after=timedelta(0)))
        [message] = wait_for(queue.receive_messages)
        told = json.loads(message.body)
        assert (told["reminder"], told["payment"], told["look"]) == ("payment", str(payment_id), 1)

    def test_times(self) -> None:
        assert [pause_after(look) for look in range(3)] == [timedelta(seconds=10), timedelta(seconds=15), None]
        assert LOOKS[-1] > GIVEN_UP_AFTER


class TestCrash:
    """The process dies right after its n-th effect; what is left is settled, and the shopper tries again."""

    @pytest.fixture
    def die_after(self, monkeypatch: pytest.MonkeyPatch, use_provider: UseProvider) -> Iterator[Callable[[int], None]]:
        """Dies after so many effects: commits, charges, calls of orders."""
        left: list[int] = []

        def happened(*_: object) -> None:
            if left:
                left[0] -= 1
                if left[0] == 0:
                    left.clear()
                    raise Died

        async def charged(_: Bill) -> None:
            happened()

        mark_paid = orders_api.mark_paid

        async def told(*arguments: Any) -> bool:
            answer = await mark_paid(*arguments)
            happened()
            return answer

        use_provider(ProviderWithEvents(after=charged))
        monkeypatch.setattr(orders_api, "mark_paid", told)
        event.listen(Session, "after_commit", happened)
        yield left.append
        event.remove(Session, "after_commit", happened)

    @pytest.mark.parametrize("is_cancelled", [False, True], ids=["paid", "cancelled"])
    @pytest.mark.parametrize("effects", range(1, 6))
    def test_settled(
        self,
        die_after: Callable[[int], None],
        effects: int,
        pay_and_die: Callable[..., FakeOrder],
        payer: Payer,
        background: Background,
        books: Books,
        *,
        is_cancelled: bool,
    ) -> None:
        die_after(effects)
        order = pay_and_die()
        if is_cancelled and order.status == "created":
            order.status = "cancelled"
        books.age(60)
        background.sweep()
        background.sweep()
        expected = Decimal(order.total) if order.status == "paid" else 0
        assert books.kept(order) == expected
        assert not books.all("SELECT 1 FROM payments WHERE status IN ('pending', 'in_doubt')")
        again = payer.pay(order)
        assert again.status == (409 if order.status == "cancelled" else 200)
        assert order.status in {"paid", "cancelled"}

    @pytest.mark.parametrize("effects", range(1, 7))
    def test_taken_over(
        self,
        die_after: Callable[[int], None],
        effects: int,
        pay_and_die: Callable[..., FakeOrder],
        payer: Payer,
        books: Books,
    ) -> None:
        """The same key goes on with the same payment, once the lease has run out."""
        key = new_key()
        die_after(effects)
        order = pay_and_die(key)
        if effects < 6:
            assert payer.pay(order, key=key).json()["code"] == "still_running"
            books.all("UPDATE idempotency SET lease_until = now() RETURNING key")
        first, again = payer.pay(order, key=key), payer.pay(order, key=key)
        assert (first.status, first.body) == (again.status, again.body)
        assert (first.status, order.status) == (200, "paid")
        assert books.kept(order) == Decimal(order.total)
        assert books.facts() == ["payment.succeeded"]
