"""Orders, for those who change them in a unit of work."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from orders.domain import PLACING, REJECTED, Actor, Line, RecoveryPoint, Status, Totals
from orders.models import Order, OrderEvent, OrderItem
from shopkit import context
from shopkit.db.repository import Repository


class Orders(Repository[Order]):
    """Moves ask for the state that they start from in the statement that changes it."""

    model = Order

    async def locked(self, order_id: UUID) -> Order | None:
        """An order, locked until the unit of work ends; not what is still being placed, or was rejected."""
        visible = Order.status.not_in([PLACING, REJECTED])
        return await self.first(select(Order).where(Order.id == order_id, visible).with_for_update())

    async def overdue(self, order_id: UUID) -> Order | None:
        """The order, locked, if it is not paid and its time is over."""
        is_overdue = (Order.status == Status.created, Order.expires_at <= func.now())
        return await self.first(select(Order).where(Order.id == order_id, *is_overdue).with_for_update())

    async def create(
        self, attempt_id: UUID, lines: Sequence[Line], totals: Totals, time_to_pay: timedelta
    ) -> datetime | None:
        """Make an order of an attempt; when it expires, or None where the attempt was decided otherwise."""
        query = (
            update(Order)
            .where(Order.id == attempt_id, Order.status == PLACING)
            .values(
                status=Status.created,
                recovery_point=RecoveryPoint.created,
                version=1,
                subtotal=totals.subtotal,
                discount=totals.discount,
                shipping=totals.shipping,
                total=totals.total,
                placed_at=func.now(),
                expires_at=func.now() + time_to_pay,
            )
            .returning(Order.expires_at)
        )
        expires_at = (await self.session.execute(query)).scalar_one_or_none()
        if expires_at is not None:
            await self.session.execute(insert(OrderItem), [_row(attempt_id, *each) for each in enumerate(lines, 1)])
        return expires_at

    async def reject(self, attempt_id: UUID) -> bool:
        """Let an attempt never become an order; False where it was decided otherwise."""
        query = (
            update(Order)
            .where(Order.id == attempt_id, Order.status == PLACING)
            .values(status=REJECTED, recovery_point=RecoveryPoint.refused)
            .returning(Order.id)
        )
        return (await self.session.execute(query)).scalar_one_or_none() is not None

    async def move(self, order_id: UUID, was: Status, to: Status, **changes: Any) -> int | None:
        """Change the state; the new version, or None where the order is not in the state that it `was` in."""
        query = (
            update(Order)
            .where(Order.id == order_id, Order.status == was)
            .values(status=to, version=Order.version + 1, **changes)
            .returning(Order.version)
        )
        return (await self.session.execute(query)).scalar_one_or_none()

    async def tell(self, order_id: UUID, type_: str, by: Actor, note: str | None = None) -> None:
        """Write an entry of the order's story."""
        entry = {
            "order_id": order_id,
            "type": type_,
            "by": str(by),
            "note": note,
            "correlation_id": context.correlation_id(),
        }
        await self.session.execute(insert(OrderEvent).values(entry))

    async def items(self, order_id: UUID) -> Sequence[OrderItem]:
        query = select(OrderItem).where(OrderItem.order_id == order_id).order_by(OrderItem.position)
        return (await self.session.scalars(query)).all()


def _row(order_id: UUID, position: int, line: Line) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "position": position,
        "product_id": line.product_id,
        "sku": line.sku,
        "name": line.name,
        "qty": line.qty,
        "unit_price": line.unit_price,
        "line_total": line.line_total,
    }
