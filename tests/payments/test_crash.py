"""The process dies right after its n-th effect; what is left is settled, and the shopper tries again."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from factories.payments import Background, Books, Died, Payer, ProviderWithEvents, new_key
from fakes.orders import FakeOrder
from payments import orders_api
from payments.providers.protocol import Bill, Provider

UseProvider = Callable[[Provider], None]


class TestCrash:
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
