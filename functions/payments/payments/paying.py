"""Paying an order.

No transaction is open while the provider is asked, and a process may die after any step: what it leaves is settled by
the reminder that was sent before the first of them (settling.py).
"""

from datetime import UTC, datetime
from uuid import UUID

from payments import orders_api, recording, settling
from payments.domain import CANCELLED, UNWANTED, Status
from payments.errors import AmountMismatch, OrderNotFound, OrderNotPayable, PaymentDeclined, PaymentInProgress
from payments.models import Payment
from payments.orders_api import Order
from payments.providers.choosing import provider
from payments.providers.protocol import Bill, Declined, OutcomeUnknown
from payments.repository import Payments
from payments.schemas import Pay
from shopkit import money
from shopkit.auth.principal import Principal
from shopkit.db.session import work
from shopkit.errors import ShopError, Unavailable
from shopkit.observability import logger


async def pay(shopper: Principal, wanted: Pay, *, payment_id: UUID, is_takeover: bool = False) -> Payment:
    """Pay an order: the payment, which is open still where the provider gave no answer.

    `is_takeover` says that an earlier try with this id broke off; what it began is brought to an end. Raises
    OrderNotFound, AmountMismatch, OrderNotPayable, PaymentInProgress, PaymentDeclined, and ShopErrors of what does not
    answer.
    """
    begun = await _begun_before(payment_id) if is_takeover else None
    payment = begun or await _begin(shopper, wanted, payment_id)
    if payment.is_open:
        payment = await _charge(payment)
    if payment.is_untold:
        payment = await _tell_orders(payment)
    if payment.status == Status.failed:
        raise PaymentDeclined(payment.id, payment.order_id, payment.reason or "")
    if payment.reason == UNWANTED:
        raise OrderNotPayable(CANCELLED)
    return payment


async def _begun_before(payment_id: UUID) -> Payment | None:
    async with work() as uow:
        return await Payments(uow).get(payment_id)


async def _begin(shopper: Principal, wanted: Pay, payment_id: UUID) -> Payment:
    """A new payment, or the one that has paid the order before."""
    charging = provider()
    order = await orders_api.find(wanted.order_id)
    if order is None or str(order.user_id) != shopper.id:
        raise OrderNotFound
    if wanted.amount != order.total:
        raise AmountMismatch(money.text(order.total), order.currency)
    if not order.is_payable(datetime.now(UTC)):
        return await _paid_before(order, OrderNotPayable(order.status))
    await settling.look_later(payment_id)
    async with work() as uow:
        payment = await Payments(uow).begin(
            id=payment_id,
            order_id=order.id,
            user_id=order.user_id,
            amount=order.total,
            currency=order.currency,
            method=wanted.method,
            provider=charging.name,
        )
    return payment or await _paid_before(order, PaymentInProgress())


async def _paid_before(order: Order, refusal: ShopError) -> Payment:
    async with work() as uow:
        earlier = await Payments(uow).of_order(order.id)
    if earlier is not None and earlier.is_open:
        raise PaymentInProgress
    if earlier is None or order.status == CANCELLED:
        raise refusal
    return earlier


async def _charge(payment: Payment) -> Payment:
    bill = Bill(payment.id, payment.order_id, payment.amount, payment.currency, payment.method)
    try:
        charge = await provider().charge(bill)
    except Declined as refusal:
        return await recording.fail(payment.id, refusal.reason)
    except OutcomeUnknown:
        return await recording.doubt(payment.id)
    return await recording.succeed(payment.id, charge.id)


async def _tell_orders(payment: Payment) -> Payment:
    """The money is taken, whether orders hears of it now or by the reminder."""
    try:
        return await settling.tell_orders(payment)
    except Unavailable as error:
        logger.warning("orders not told", extra={"payment_id": str(payment.id), "error": error.detail})
        return payment
