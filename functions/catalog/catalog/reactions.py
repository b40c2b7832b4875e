"""What catalog does when others tell it something. Events may come twice, and in any order."""

from typing import TYPE_CHECKING
from uuid import UUID

from catalog import reserving, restocking
from catalog.errors import ReservationConfirmed, ReservationReleased
from catalog.statements import within
from shopkit.events.consuming import Reactions
from shopkit.events.envelope import Event
from shopkit.observability import logger

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


async def when_order_paid_confirm_reservation(uow: "AsyncSession", event: Event) -> None:
    """What the order holds is sold, unless it was cancelled since.

    Raises ReservationNotFound: nothing is paid that was not reserved, so somebody must look.
    """
    try:
        await reserving.confirm(within(uow), _order_in(event))
    except ReservationReleased:
        logger.info("paid, but cancelled since", extra={"order_id": event.data["order_id"]})


async def when_order_cancelled_release_stock(uow: "AsyncSession", event: Event) -> None:
    """What the order holds is given back; what it has bought, put back."""
    run, order_id = within(uow), _order_in(event)
    try:
        await reserving.release(run, order_id)
    except ReservationConfirmed:
        await restocking.restock_rest(run, order_id)


def _order_in(event: Event) -> UUID:
    return UUID(event.data["order_id"])


REACTIONS: Reactions = {
    "order.paid": when_order_paid_confirm_reservation,
    "order.cancelled": when_order_cancelled_release_stock,
}
