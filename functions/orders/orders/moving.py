"""An order moves from state to state: its row, its story and its fact change in one transaction."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from orders.domain import CLOCK, PAID, PAYMENTS, REFUNDABLE, Actor, Reason, Role, Status, may_move
from orders.errors import AmountMismatch, IllegalTransition, OrderNotFound
from orders.events import Item, OrderCancelled, OrderCompleted, OrderPaid
from orders.models import Order
from orders.repository import Orders
from shopkit.events.facts import Fact
from shopkit.events.outbox import publish


async def cancel_own(uow: AsyncSession, user_id: UUID, order_id: UUID, note: str | None) -> None:
    """Cancel the shopper's own order; what was paid is refunded. Raises OrderNotFound and IllegalTransition."""
    order = await _found(uow, order_id)
    if order.user_id != user_id:
        raise OrderNotFound
    await _cancel(uow, order, Actor(Role.shopper, str(user_id)), Reason.shopper, note)


async def administer(uow: AsyncSession, admin: Actor, order_id: UUID, to: Status, note: str | None) -> None:
    """Move an order by hand. Raises OrderNotFound and IllegalTransition."""
    order = await _found(uow, order_id)
    if to is Status.cancelled:
        await _cancel(uow, order, admin, Reason.admin, note)
        return
    version = await _move(uow, order, to, admin, note)
    if to is Status.completed:
        fact = OrderCompleted(order_id=order.id, user_id=order.user_id, currency=order.currency, total=order.total)
        await publish(uow, fact, version=version)


async def refund(uow: AsyncSession, admin: Actor, order_id: UUID, note: str | None) -> None:
    """Cancel an order that is paid, so that the money goes back. Raises OrderNotFound and IllegalTransition."""
    order = await _found(uow, order_id)
    if order.status not in REFUNDABLE:
        raise IllegalTransition(Status(order.status), Status.cancelled)
    await _cancel(uow, order, admin, Reason.refunded, note)


async def expire(uow: AsyncSession, order_id: UUID) -> bool:
    """Cancel an order that was not paid in time; False where there is no such order (any more)."""
    order = await Orders(uow).overdue(order_id)
    if order is None:
        return False
    await _cancel(uow, order, CLOCK, Reason.expired, "It was not paid in time.")
    return True


async def mark_paid(uow: AsyncSession, order_id: UUID, payment_id: UUID, amount: Decimal, currency: str) -> Status:
    """Take notice of a payment; the order's state then. Repeated with the same payment, it changes nothing.

    Raises OrderNotFound, AmountMismatch, and IllegalTransition where the order cannot be paid, or by another payment.
    """
    order = await _found(uow, order_id)
    status = Status(order.status)
    if order.payment_id == payment_id and status in PAID:
        return status
    if not may_move(status, Status.paid, Role.payments):
        raise IllegalTransition(status, Status.paid)
    if (amount, currency) != (order.total, order.currency):
        raise AmountMismatch(order.total, order.currency)
    changes = {"payment_id": payment_id, "paid_at": func.now()}
    version = await _move(uow, order, Status.paid, PAYMENTS, None, changes)
    await publish(uow, await _paid(uow, order, payment_id), version=version)
    return Status.paid


async def _found(uow: AsyncSession, order_id: UUID) -> Order:
    order = await Orders(uow).locked(order_id)
    if order is None:
        raise OrderNotFound
    return order


async def _cancel(uow: AsyncSession, order: Order, by: Actor, reason: Reason, note: str | None) -> None:
    was = Status(order.status)
    version = await _move(uow, order, Status.cancelled, by, note)
    fact = OrderCancelled(
        order_id=order.id,
        user_id=order.user_id,
        was=was,
        reason=reason,
        by=str(by),
        currency=order.currency,
        total=order.total,
    )
    await publish(uow, fact, version=version)


async def _move(
    uow: AsyncSession,
    order: Order,
    to: Status,
    by: Actor,
    note: str | None,
    changes: Mapping[str, Any] | None = None,
) -> int:
    """The new version. Raises IllegalTransition."""
    was = Status(order.status)
    version = None
    if may_move(was, to, by.role):
        version = await Orders(uow).move(order.id, was, to, **(changes or {}))
    if version is None:
        raise IllegalTransition(was, to)
    await Orders(uow).tell(order.id, to, by, note)
    return version


async def _paid(uow: AsyncSession, order: Order, payment_id: UUID) -> Fact:
    return OrderPaid(
        order_id=order.id,
        user_id=order.user_id,
        payment_id=payment_id,
        currency=order.currency,
        subtotal=order.subtotal,
        shipping=order.shipping,
        total=order.total,
        items=[Item.model_validate(item) for item in await Orders(uow).items(order.id)],
    )
