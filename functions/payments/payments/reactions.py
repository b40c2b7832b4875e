"""What payments does when something happened elsewhere."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payments import refunding
from payments.domain import Status
from payments.repository import Payments
from shopkit.events.consuming import Reaction
from shopkit.events.envelope import Event


async def when_order_cancelled_refund_payment(uow: AsyncSession, event: Event) -> None:
    """A payment that is open still is refunded once it succeeds: orders will not want it then."""
    payment = await Payments(uow).of_order(UUID(event.data["order_id"]))
    if payment is not None and payment.status == Status.succeeded:
        await refunding.request(uow, payment, reason="order_cancelled")


REACTIONS: dict[str, Reaction] = {"order.cancelled": when_order_cancelled_refund_payment}
