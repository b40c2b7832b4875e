"""Bringing a payment to its end, whoever began it and wherever that broke off."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from payments import orders_api, recording, refunding
from payments.domain import GAVE_UP, LOOKS, UNWANTED, is_given_up, pause_after
from payments.models import Payment
from payments.providers.choosing import provider
from payments.repository import Payments
from shopkit.db.session import work
from shopkit.errors import ShopError
from shopkit.events.reminders import remind
from shopkit.observability import logger

REMINDER = "payment"


async def settle(payment_id: UUID) -> Payment | None:
    """Ask the provider what became of a payment, write it down, and tell orders; None where there is no such payment.

    It charges nothing, can be repeated and be run by several at once. Raises OutcomeUnknown, ProviderUnfit,
    Unavailable, DatabaseUnavailable.
    """
    async with work() as uow:
        payment = await Payments(uow).get(payment_id)
    if payment is None:
        return None
    if payment.may_have_been_charged:
        payment = await _look_up(payment)
    return await tell_orders(payment) if payment.is_untold else payment


async def tell_orders(payment: Payment) -> Payment:
    """Tell orders of a success. Where the order cannot be paid any more, the money goes back. Raises Unavailable."""
    is_wanted = await orders_api.mark_paid(payment)
    async with work() as uow:
        told = await Payments(uow).mark_told(payment.id, reason=None if is_wanted else UNWANTED)
        if told is not None and not is_wanted:
            await refunding.request(uow, told, reason=UNWANTED)
    return told or payment


async def remind_of(payment_id: UUID, *, look: int, after: timedelta) -> None:
    await remind(REMINDER, {"payment": str(payment_id), "look": look}, after=after)


async def look_later(payment_id: UUID) -> None:
    """Before a payment begins: whatever becomes of this process, it will be looked after."""
    await remind_of(payment_id, look=0, after=LOOKS[0])


async def look(reminder: dict[str, Any]) -> None:
    """Settle the payment that a reminder names; while that fails, it is reminded of again."""
    payment_id, number = UUID(reminder["payment"]), int(reminder["look"])
    try:
        payment = await settle(payment_id)
        if payment is None or not (payment.is_open or payment.is_untold):
            return
    except ShopError as error:
        logger.warning("not settled", extra={"payment_id": str(payment_id), "error": error.detail})
    if pause := pause_after(number):
        await remind_of(payment_id, look=number + 1, after=pause)


async def _look_up(payment: Payment) -> Payment:
    charge = await provider().look_up(payment.id)
    if charge is not None and charge.is_captured:
        return await recording.succeed(payment.id, charge.id)
    if charge is not None:
        return await recording.fail(payment.id, "declined")
    if is_given_up(payment.created_at, datetime.now(UTC)):
        return await recording.fail(payment.id, GAVE_UP)
    return payment
