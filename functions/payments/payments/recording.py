"""What the provider said of a payment, written down together with the fact that it makes."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payments import refunding
from payments.domain import Status
from payments.events import PaymentFailed, PaymentSucceeded
from payments.models import Payment
from payments.repository import Payments
from shopkit.db.session import work
from shopkit.events.outbox import publish


async def succeed(payment_id: UUID, charge_id: str) -> Payment:
    """The provider has the money. Where the payment had been given up, it goes back."""
    async with work() as uow:
        payment = await Payments(uow).end(payment_id, Status.succeeded, provider_charge_id=charge_id)
        if payment is None:
            return await _charged_before(uow, payment_id, charge_id)
        fact = PaymentSucceeded(
            payment_id=payment.id,
            order_id=payment.order_id,
            user_id=payment.user_id,
            amount=payment.amount,
            currency=payment.currency,
        )
        await publish(uow, fact, version=payment.version)
        return payment


async def fail(payment_id: UUID, reason: str) -> Payment:
    """The provider has not the money, and will not have it."""
    async with work() as uow:
        payment = await Payments(uow).end(payment_id, Status.failed, reason=reason)
        if payment is None:
            return await _as_it_is(uow, payment_id)
        fact = PaymentFailed(
            payment_id=payment.id,
            order_id=payment.order_id,
            user_id=payment.user_id,
            amount=payment.amount,
            currency=payment.currency,
            reason=reason,
        )
        await publish(uow, fact, version=payment.version)
        return payment


async def doubt(payment_id: UUID) -> Payment:
    """The provider gave no answer."""
    async with work() as uow:
        return await Payments(uow).doubt(payment_id) or await _as_it_is(uow, payment_id)


async def _charged_before(uow: AsyncSession, payment_id: UUID, charge_id: str) -> Payment:
    late = await Payments(uow).note_charge(payment_id, charge_id)
    if late is None:
        return await _as_it_is(uow, payment_id)
    await refunding.request(uow, late, reason="charged_late")
    return late


async def _as_it_is(uow: AsyncSession, payment_id: UUID) -> Payment:
    payment = await Payments(uow).get(payment_id)
    assert payment is not None  # noqa: S101  # payments are never deleted
    return payment
