"""What orders does when others tell something."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from orders import moving
from orders.domain import PAYMENTS
from orders.errors import IllegalTransition
from orders.facts import PaymentFailed, PaymentRefunded, PaymentSucceeded
from orders.repository import Orders
from shopkit import money
from shopkit.events.consuming import Reaction
from shopkit.events.envelope import Event
from shopkit.observability import logger


async def when_payment_succeeded_mark_order_paid(uow: AsyncSession, event: Event) -> None:
    """The second road to paid; an order that cannot be paid any more is payments' to refund."""
    payment = PaymentSucceeded.model_validate(event.data)
    try:
        await moving.mark_paid(uow, payment.order_id, payment.payment_id, payment.amount, payment.currency)
    except IllegalTransition as refusal:
        logger.info("payment not needed", extra={"order_id": str(payment.order_id), "status": refusal.order_status})


async def when_payment_failed_note_it(uow: AsyncSession, event: Event) -> None:
    payment = PaymentFailed.model_validate(event.data)
    await Orders(uow).tell(payment.order_id, "payment_failed", PAYMENTS, payment.reason)


async def when_payment_refunded_note_it(uow: AsyncSession, event: Event) -> None:
    payment = PaymentRefunded.model_validate(event.data)
    amount = f"{money.text(payment.amount)} {payment.currency}"
    await Orders(uow).tell(payment.order_id, "refunded", PAYMENTS, amount)


REACTIONS: Mapping[str, Reaction] = {
    "payment.succeeded": when_payment_succeeded_mark_order_paid,
    "payment.failed": when_payment_failed_note_it,
    "payment.refunded": when_payment_refunded_note_it,
}
