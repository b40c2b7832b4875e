"""Orders, for those who change them in a unit of work."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text, update

from orders.domain import PLACING, REJECTED, Actor, Line, RecoveryPoint, Status, Totals
from orders.models import Order, OrderEvent, OrderItem
from shopkit import context
from shopkit.db.repository import Repository

CREATE = """
WITH placed AS (
    UPDATE orders SET status = 'created', recovery_point = 'created', version = 1, subtotal = :subtotal,
        discount = :discount, shipping = :shipping, total = :total, placed_at = now(), updated_at = now(),
        expires_at = now() + CAST(:time_to_pay AS interval)
    WHERE id = :id AND status = 'placing'
    RETURNING id, expires_at
), items AS (
    INSERT INTO order_items (order_id, position, product_id, sku, name, qty, unit_price, line_total)
    SELECT placed.id, i.position, i.product_id, i.sku, i.name, i.qty, i.unit_price, i.line_total
    FROM placed, jsonb_to_recordset(CAST(:items AS jsonb)) AS i (position integer, product_id uuid, sku text,
        name text, qty integer, unit_price numeric, line_total numeric)
), story AS (
    INSERT INTO order_events (order_id, type, by, correlation_id)
    SELECT id, 'created', :by, :correlation_id FROM placed
)
SELECT expires_at FROM placed"""


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
        self, attempt_id: UUID, lines: Sequence[Line], totals: Totals, *, time_to_pay: timedelta, by: Actor
    ) -> datetime | None:
        """Make an order of an attempt, with its items and its story's first entry, in one statement.

        When it expires; None where the attempt was decided otherwise.
        """
        values = {
            "id": attempt_id,
            "subtotal": totals.subtotal,
            "discount": totals.discount,
            "shipping": totals.shipping,
            "total": totals.total,
            "time_to_pay": time_to_pay,
            "items": json.dumps([_item(*each) for each in enumerate(lines, 1)]),
            "by": str(by),
            "correlation_id": context.correlation_id(),
        }
        return (await self.session.execute(text(CREATE), values)).scalar_one_or_none()

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
            "note": note or None,
            "correlation_id": context.correlation_id(),
        }
        await self.session.execute(insert(OrderEvent).values(entry))

    async def items(self, order_id: UUID) -> Sequence[OrderItem]:
        query = select(OrderItem).where(OrderItem.order_id == order_id).order_by(OrderItem.position)
        return (await self.session.scalars(query)).all()


def _item(position: int, line: Line) -> dict[str, Any]:
    return {
        "position": position,
        "product_id": str(line.product_id),
        "sku": line.sku,
        "name": line.name,
        "qty": line.qty,
        "unit_price": str(line.unit_price),
        "line_total": str(line.line_total),
    }
