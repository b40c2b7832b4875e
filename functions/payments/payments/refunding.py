"""Giving money back: requested in a transaction, carried out after it, by the relay entry."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payments.domain import pause_after
from payments.events import PaymentRefunded
from payments.models import Payment
from payments.providers.choosing import provider
from payments.providers.protocol import Declined
from payments.repository import Payments, Refunds
from shopkit.db.session import after_commit, work
from shopkit.errors import ShopError
from shopkit.events.outbox import publish
from shopkit.events.reminders import remind
from shopkit.observability import logger

REMINDER = "refund"
AT_ONCE = timedelta(0)
GUARD = timedelta(seconds=5)
"""When a refund is carried out whose process died right after the commit."""


async def request(uow: AsyncSession, payment: Payment, *, reason: str) -> None:
    """Have the whole payment given back once the unit of work is committed; again, it does nothing."""
    data = {"payment": str(payment.id), "look": 0}
    await remind(REMINDER, data, after=GUARD)
    if await Refunds(uow).request(payment, reason) is not None:
        after_commit(uow, partial(_at_once, data))


async def look(reminder: dict[str, Any]) -> None:
    """Carry out the refund that a reminder names; where that fails, it is reminded of again."""
    payment_id = UUID(reminder["payment"])
    try:
        await carry_out(payment_id)
    except ShopError as error:
        logger.warning("refund not done", extra={"payment_id": str(payment_id), "error": error.detail})
        if pause := pause_after(reminder["look"]):
            await remind(REMINDER, {**reminder, "look": reminder["look"] + 1}, after=pause)


async def carry_out(payment_id: UUID) -> bool:
    """Give a payment back whose refund was requested; whether it was done just now.

    The refund's id is the provider's idempotency key: asked twice, the provider pays once. Raises OutcomeUnknown,
    ProviderUnfit, DatabaseUnavailable.
    """
    async with work() as uow:
        requested = await Refunds(uow).requested_of(payment_id)
    if requested is None:
        return False
    refund, charge_id = requested
    try:
        await provider().refund(refund.id, charge_id, refund.amount)
    except Declined as refusal:
        logger.error("refund refused", extra={"refund_id": str(refund.id), "reason": refusal.reason})
        return False
    return await _done(refund.id, payment_id)


async def _done(refund_id: UUID, payment_id: UUID) -> bool:
    async with work() as uow:
        if not await Refunds(uow).done(refund_id):
            return False
        payment = await Payments(uow).count_change(payment_id)
        fact = PaymentRefunded(
            refund_id=refund_id,
            payment_id=payment.id,
            order_id=payment.order_id,
            user_id=payment.user_id,
            amount=payment.amount,
            currency=payment.currency,
        )
        await publish(uow, fact, version=payment.version)
        return True


async def _at_once(data: dict[str, Any]) -> None:
    await remind(REMINDER, data, after=AT_ONCE)
