"""What payments reminds itself of, and for how long."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from factories.payments import Background, Books, Payer, ProviderWithEvents, die
from factories.waiting import wait_for
from fakes.orders import FakeOrder, FakeOrders
from payments import refunding, settling
from payments.domain import GIVEN_UP_AFTER, LOOKS, pause_after
from payments.providers.emulated import EmulatedProvider
from payments.providers.protocol import Charge, OutcomeUnknown, Provider
from shopkit import runtime

UseProvider = Callable[[Provider], None]


class Silent(EmulatedProvider):
    """Answers no question, and says nothing of a refund."""

    async def look_up(self, payment_id: uuid.UUID) -> Charge | None:
        raise OutcomeUnknown

    async def refund(self, refund_id: uuid.UUID, charge_id: str, amount: Decimal) -> None:
        raise OutcomeUnknown


def waiting(queue: Any) -> int:
    """How many messages the queue keeps back."""
    queue.load()
    return int(queue.attributes["ApproximateNumberOfMessagesDelayed"])


class TestOfPayment:
    def test_before_the_commit(
        self, queue: Any, pay_and_die: Callable[..., FakeOrder], use_provider: UseProvider, books: Books
    ) -> None:
        use_provider(ProviderWithEvents(before=die))
        pay_and_die()
        assert waiting(queue) == 1

    def test_none_for_refusals(self, queue: Any, payer: Payer, orders: FakeOrders) -> None:
        payer.pay(orders.make(payer.id, status="cancelled"))
        assert waiting(queue) == 0

    def test_until_the_last_look(
        self, queue: Any, payer: Payer, orders: FakeOrders, use_provider: UseProvider, books: Books
    ) -> None:
        order = orders.make(payer.id)
        payer.pay(order, "pm_card_timeout")
        payment_id = str(books.payments(order)[0]["id"])
        use_provider(Silent())
        for look, kept_back in ((0, 2), (1, 3), (2, 3)):
            runtime.run(settling.look({"payment": payment_id, "look": look}))
            assert waiting(queue) == kept_back

    def test_content(self, queue: Any, aws: str) -> None:
        payment_id = uuid.uuid4()
        runtime.run(settling.remind_of(payment_id, look=1, after=timedelta(0)))
        [message] = wait_for(queue.receive_messages)
        told = json.loads(message.body)
        assert (told["reminder"], told["payment"], told["look"]) == ("payment", str(payment_id), 1)

    def test_times(self) -> None:
        assert [pause_after(look) for look in range(3)] == [timedelta(seconds=10), timedelta(seconds=15), None]
        assert LOOKS[-1] > GIVEN_UP_AFTER


class TestOfRefund:
    def test_at_once_and_later(
        self, paid: FakeOrder, queue: Any, background: Background, payer: Payer, books: Books
    ) -> None:
        """The relay is told after the commit; what was sent before it is for when that is lost."""
        background.cancelled(paid)
        [message] = wait_for(queue.receive_messages)
        assert waiting(queue) == 1
        told = json.loads(message.body)
        assert background.remind(told["reminder"], payment=told["payment"], look=told["look"]) == []
        assert payer.payments(paid)[0]["status"] == "refunded"

    def test_until_the_last_look(
        self, paid: FakeOrder, queue: Any, background: Background, use_provider: UseProvider, books: Books
    ) -> None:
        background.cancelled(paid)
        use_provider(Silent())
        payment_id = str(books.payments(paid)[0]["id"])
        for look, kept_back in ((0, 2), (1, 3), (2, 3)):
            runtime.run(refunding.look({"payment": payment_id, "look": look}))
            assert waiting(queue) == kept_back
