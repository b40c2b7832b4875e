"""What the provider, payments and orders say of one charge, and what has to be done where they disagree."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from payments import recording, refunding, settling
from payments.domain import CANCELLED, PAYABLE, RefundStatus, Status
from payments.models import Payment, Refund
from payments.orders_api import Known
from payments.providers.choosing import provider
from payments.providers.protocol import Charge, Declined
from shopkit import money
from shopkit.db.session import work

ORPHANS = UUID("5d0e5a3c-2d0b-4f0e-9a55-6a2d1f0b7c11")
"""Names the refunds of charges without a payment: the same for a charge, whenever it is found."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`subject` is the id of what it is about."""

    kind: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    repaired: list[Entry] = field(default_factory=list)
    found: list[Entry] = field(default_factory=list)

    def repair(self, kind: str, subject: object, detail: str) -> None:
        self.repaired.append(Entry(kind, str(subject), detail))

    def find(self, kind: str, subject: object, detail: str) -> None:
        self.found.append(Entry(kind, str(subject), detail))


@dataclass(frozen=True, slots=True)
class Books:
    """None where one of them has no entry."""

    charge: Charge
    payment: Payment | None
    refund: Refund | None
    order: Known | None


@dataclass(frozen=True, slots=True)
class Paid:
    """A charge that brought money, and its payment."""

    charge: Charge
    payment: Payment
    refund: Refund | None
    order: Known | None

    @property
    def sum(self) -> str:
        return f"{money.text(self.charge.amount)} {self.charge.currency}"


async def judge(books: Books, report: Report) -> None:
    """Repair or list the first thing that does not add up."""
    charge, payment = books.charge, books.payment
    if payment is None:
        await _refund_orphan(charge, report)
    elif payment.is_open:
        await settling.settle(payment.id)
        report.repair("payment_settled", payment.id, "Its outcome was not known.")
    elif charge.is_captured:
        paid = Paid(charge, payment, books.refund, books.order)
        for check in CHECKS:
            if await check(paid, report):
                return


async def _refund_orphan(charge: Charge, report: Report) -> None:
    left = charge.amount - charge.refunded
    if not charge.is_captured or not left:
        return
    try:
        await provider().refund(uuid5(ORPHANS, charge.id), charge.id, left)
    except Declined as refusal:
        report.find("charge_without_payment", charge.id, f"It cannot be refunded: {refusal.reason}.")
        return
    report.repair("charge_without_payment", charge.id, f"{money.text(left)} {charge.currency} refunded.")


async def _differs(paid: Paid, report: Report) -> bool:
    booked = (paid.payment.amount, paid.payment.currency)
    due = (paid.order.total, paid.order.currency) if paid.order else booked
    if booked == due == (paid.charge.amount, paid.charge.currency):
        return False
    detail = f"The provider took {paid.sum}; payments has {booked[0]} {booked[1]}, orders {due[0]} {due[1]}."
    report.find("amount_differs", paid.payment.id, detail)
    return True


async def _charged_late(paid: Paid, report: Report) -> bool:
    """It was given up, and charged after all."""
    if paid.payment.status != Status.failed or paid.refund is not None:
        return False
    await recording.succeed(paid.payment.id, paid.charge.id)
    await _carry_out(paid, "charged_late", report)
    return True


async def _refund_due(paid: Paid, report: Report) -> bool:
    if paid.refund is None or paid.refund.status != RefundStatus.requested:
        return False
    await _carry_out(paid, "refund_due", report)
    return True


async def _refund_unknown(paid: Paid, report: Report) -> bool:
    known = paid.refund.amount if paid.refund else 0
    if paid.charge.refunded == known:
        return False
    detail = f"The provider refunded {paid.charge.refunded} of {paid.sum}; payments knows of {known}."
    report.find("refund_differs", paid.payment.id, detail)
    return True


async def _order_unknown(paid: Paid, report: Report) -> bool:
    if paid.order is None:
        report.find("payment_without_order", paid.payment.id, f"{paid.sum} for an order that orders does not know.")
    return paid.order is None


async def _order_cancelled(paid: Paid, report: Report) -> bool:
    if paid.order is None or paid.order.status != CANCELLED or paid.refund is not None:
        return False
    async with work() as uow:
        await refunding.request(uow, paid.payment, reason="order_cancelled")
    await _carry_out(paid, "order_cancelled", report)
    return True


async def _order_untold(paid: Paid, report: Report) -> bool:
    if paid.refund is not None or paid.order is None:
        return False
    if not paid.payment.is_untold and paid.order.status != PAYABLE:
        return False
    await settling.tell_orders(paid.payment)
    report.repair("order_told", paid.order.id, f"Of {paid.sum}.")
    return True


async def _paid_by_another(paid: Paid, report: Report) -> bool:
    if paid.refund is not None or paid.order is None or paid.order.payment_id == paid.payment.id:
        return False
    report.find("paid_by_another", paid.payment.id, f"{paid.sum}; orders has the payment {paid.order.payment_id}.")
    return True


async def _carry_out(paid: Paid, kind: str, report: Report) -> None:
    if await refunding.carry_out(paid.payment.id):
        report.repair(kind, paid.payment.id, f"{paid.sum} refunded.")
    else:
        report.find(kind, paid.payment.id, f"The refund of {paid.sum} is not done.")


Check = Callable[[Paid, Report], Awaitable[bool]]
CHECKS: tuple[Check, ...] = (
    _charged_late,
    _refund_due,
    _refund_unknown,
    _differs,
    _order_unknown,
    _order_cancelled,
    _order_untold,
    _paid_by_another,
)
"""In this order; each says whether that was it."""
