"""Comparing three books: the provider's ledger, payments, and orders.

What is certain is repaired, all else is listed for people. What happens meanwhile does no harm: every repair can be
repeated, and be made by somebody else at the same time.
"""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from payments import orders_api
from payments.bookkeeping import Books, Report, judge
from payments.providers.choosing import provider
from payments.providers.protocol import Charge
from payments.repository import Payments, Refunds
from shopkit.db.session import work

PERIOD = timedelta(days=7)
PAGE = orders_api.MOST_IDS


@dataclass(frozen=True, slots=True)
class Captured:
    """The charges that the ledger has shown; of others, the provider is asked."""

    shown: dict[UUID, Charge]

    async def find(self, payment_id: UUID) -> Charge | None:
        """The charge that brought the money of a payment. Raises OutcomeUnknown."""
        charge = self.shown.get(payment_id) or await provider().look_up(payment_id)
        return charge if charge is not None and charge.is_captured else None


async def reconcile(command: dict[str, Any]) -> dict[str, Any]:
    """Repair and list what does not add up `since` a time (RFC 3339), by default in the last seven days.

    Raises OutcomeUnknown, ProviderUnfit, Unavailable, DatabaseUnavailable, and ValueError where that is no time.
    """
    since = datetime.fromisoformat(command["since"]) if command.get("since") else datetime.now(UTC) - PERIOD
    report, captured = Report(), Captured({})
    async for page in _ledger(since):
        captured.shown.update({charge.payment_id: charge for charge in page if charge.is_captured})
        for books in await _books_of(page):
            await judge(books, report)
    await _check_payments(since, captured, report)
    await _check_orders(since, captured, report)
    return asdict(report)


async def _ledger(since: datetime) -> AsyncIterator[list[Charge]]:
    page = await provider().charges(since, after=None, limit=PAGE)
    while page:
        yield page
        page = await provider().charges(since, after=page[-1].id, limit=PAGE)


async def _books_of(charges: list[Charge]) -> list[Books]:
    ids = [charge.payment_id for charge in charges]
    async with work() as uow:
        payments, refunds = await Payments(uow).with_ids(ids), await Refunds(uow).of_payments(ids)
    orders = await orders_api.look_up([charge.order_id for charge in charges])
    return [
        Books(each, payments.get(each.payment_id), refunds.get(each.payment_id), orders.get(each.order_id))
        for each in charges
    ]


async def _check_payments(since: datetime, captured: Captured, report: Report) -> None:
    async with work() as uow:
        succeeded = await Payments(uow).succeeded_since(since)
    for payment_id in succeeded:
        if await captured.find(payment_id) is None:
            report.find("payment_without_charge", payment_id, "The provider has no money of this payment.")


async def _check_orders(since: datetime, captured: Captured, report: Report) -> None:
    async for order in orders_api.paid_since(since):
        charge = await captured.find(order.payment_id) if order.payment_id else None
        if charge is None:
            report.find("order_without_charge", order.id, f"It is {order.status}, and the provider has no money of it.")
        elif charge.refunded:
            report.find("order_refunded", order.id, f"It is {order.status}, and its payment was refunded.")
