"""What every payment provider must do. A test class of an adapter inherits it, and gives `provider` and `methods`."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

import pytest

from payments.providers.protocol import BadSignature, Bill, Charge, Declined, OutcomeUnknown, Provider
from shopkit import runtime

Result = TypeVar("Result")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Methods:
    """Ways to pay that succeed, that are declined, and that are charged without an answer."""

    good: str
    declined: str
    silent: str


@dataclass(frozen=True)
class Sent:
    """A webhook."""

    headers: dict[str, str]
    body: bytes


Send = Callable[[UUID], Sent]
"""A webhook about a payment, signed now."""


def run(asked: Awaitable[Result]) -> Result:
    async def ask() -> Result:
        return await asked

    return runtime.run(ask())


class ProviderContract:
    @pytest.fixture
    def bill(self, methods: Methods) -> Bill:
        return Bill(uuid.uuid4(), uuid.uuid4(), Decimal("12.34"), "EUR", methods.good)

    @pytest.fixture
    def charge(self, provider: Provider, bill: Bill) -> Charge:
        return run(provider.charge(bill))

    def refunded(self, provider: Provider, charge: Charge) -> Decimal:
        known = run(provider.look_up(charge.payment_id))
        assert known is not None
        return known.refunded

    def test_charge(self, bill: Bill, charge: Charge) -> None:
        assert (charge.payment_id, charge.order_id) == (bill.payment_id, bill.order_id)
        assert (charge.amount, charge.currency) == (bill.amount, bill.currency)
        assert charge.is_captured
        assert charge.refunded == 0
        assert abs(datetime.now(UTC) - charge.created_at) < MINUTE

    def test_charge_again(self, provider: Provider, bill: Bill, charge: Charge) -> None:
        """A payment is charged once, whatever is asked the second time."""
        assert run(provider.charge(bill)) == charge
        assert run(provider.charge(replace(bill, amount=Decimal("99.00")))) == charge

    def test_charge_at_once(self, provider: Provider, bill: Bill) -> None:
        async def several() -> list[Charge]:
            return await asyncio.gather(*(provider.charge(bill) for _ in range(5)))

        assert len({charge.id for charge in run(several())}) == 1

    def test_charge_declined(self, provider: Provider, bill: Bill, methods: Methods) -> None:
        declined = replace(bill, method=methods.declined)
        for _ in range(2):
            with pytest.raises(Declined) as refusal:
                run(provider.charge(declined))
            assert refusal.value.reason
        known = run(provider.look_up(bill.payment_id))
        assert known is None or not known.is_captured

    def test_charge_without_answer(self, provider: Provider, bill: Bill, methods: Methods) -> None:
        with pytest.raises(OutcomeUnknown):
            run(provider.charge(replace(bill, method=methods.silent)))
        known = run(provider.look_up(bill.payment_id))
        assert known is not None
        assert known.is_captured

    def test_look_up(self, provider: Provider, charge: Charge) -> None:
        assert run(provider.look_up(charge.payment_id)) == charge

    def test_look_up_unknown(self, provider: Provider) -> None:
        assert run(provider.look_up(uuid.uuid4())) is None

    def test_refund(self, provider: Provider, charge: Charge) -> None:
        run(provider.refund(uuid.uuid4(), charge.id, charge.amount))
        assert self.refunded(provider, charge) == charge.amount

    def test_refund_again(self, provider: Provider, charge: Charge) -> None:
        """With one id money goes back once."""
        refund_id = uuid.uuid4()
        for _ in range(3):
            run(provider.refund(refund_id, charge.id, charge.amount))
        assert self.refunded(provider, charge) == charge.amount

    def test_refund_unknown(self, provider: Provider) -> None:
        with pytest.raises(Declined):
            run(provider.refund(uuid.uuid4(), "ch_unknown", Decimal("1.00")))

    def test_refund_declined(self, provider: Provider, bill: Bill, methods: Methods) -> None:
        with pytest.raises(Declined):
            run(provider.charge(replace(bill, method=methods.declined)))
        known = run(provider.look_up(bill.payment_id))
        if known is not None:
            with pytest.raises(Declined):
                run(provider.refund(uuid.uuid4(), known.id, bill.amount))

    def test_refund_too_much(self, provider: Provider, charge: Charge) -> None:
        with pytest.raises(Declined):
            run(provider.refund(uuid.uuid4(), charge.id, charge.amount + 1))
        assert self.refunded(provider, charge) == 0

    def test_charges_in_pages(self, provider: Provider, bill: Bill) -> None:
        since = datetime.now(UTC) - timedelta(seconds=5)
        made = [run(provider.charge(replace(bill, payment_id=uuid.uuid4()))).id for _ in range(5)]
        listed: list[str] = []
        while page := run(provider.charges(since, after=listed[-1] if listed else None, limit=2)):
            assert len(page) <= 2
            listed += [charge.id for charge in page]
        assert [each for each in listed if each in made] == made

    def test_charges_since(self, provider: Provider, charge: Charge) -> None:
        later = charge.created_at + MINUTE
        assert charge.id not in [each.id for each in run(provider.charges(later, after=None, limit=100))]

    def test_webhook(self, provider: Provider, send: Send) -> None:
        payment_id = uuid.uuid4()
        sent = send(payment_id)
        event = run(provider.webhook(sent.headers, sent.body))
        assert event.payment_id == payment_id
        assert event.id
        assert event.type

    def test_webhook_changed(self, provider: Provider, send: Send) -> None:
        sent = send(uuid.uuid4())
        with pytest.raises(BadSignature):
            run(provider.webhook(sent.headers, sent.body + b" "))

    def test_webhook_unsigned(self, provider: Provider, send: Send) -> None:
        with pytest.raises(BadSignature):
            run(provider.webhook({}, send(uuid.uuid4()).body))
