"""The transaction in which an attempt becomes an order."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from orders import settings
from orders.attempts import Attempt
from orders.domain import Actor, Line, Role, Totals
from orders.events import Item, OrderCreated
from orders.outcomes import CREATED, Outcome
from orders.presentation import one_within
from orders.repository import Orders
from shopkit.events.outbox import publish
from shopkit.idempotency import StillRunning


async def create(uow: AsyncSession, attempt: Attempt, lines: Sequence[Line], costs: Totals) -> Outcome:
    """Write the order, its story's first entry and its fact; the answer. Raises StillRunning where others decided."""
    shopper = Actor(Role.shopper, str(attempt.user_id))
    orders, time_to_pay = Orders(uow), settings.time_to_pay()
    expires_at = await orders.create(attempt.id, lines, costs, time_to_pay=time_to_pay, by=shopper)
    if expires_at is None:
        raise StillRunning
    fact = OrderCreated(
        order_id=attempt.id,
        user_id=attempt.user_id,
        currency=attempt.currency,
        total=costs.total,
        shipping_method=attempt.shipping_method,
        expires_at=expires_at,
        items=[Item.model_validate(line) for line in lines],
    )
    await publish(uow, fact, version=1)
    return Outcome(CREATED, await one_within(uow, attempt.id))
