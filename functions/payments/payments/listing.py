"""The payments of an order, as its shopper and administrators see them; close to the driver (docs/decisions)."""

from typing import Any
from uuid import UUID

from payments import orders_api
from payments.domain import RefundStatus, Status, shown
from payments.errors import OrderNotFound
from shopkit.auth.principal import Principal
from shopkit.db.reading import fetch_all

OF_ORDER = """
SELECT p.id, p.user_id, p.order_id, p.status, p.amount, p.currency, p.method, p.reason, p.created_at,
       r.id AS refund_id, r.amount AS refund_amount, r.status AS refund_status, r.created_at AS refund_created_at
FROM payments p LEFT JOIN refunds r ON r.payment_id = p.id
WHERE p.order_id = %s
ORDER BY p.created_at, p.id"""


async def of_order(who: Principal, order_id: UUID) -> list[dict[str, Any]]:
    """All tries to pay an order, the first one first. Raises OrderNotFound, Unavailable and DatabaseUnavailable."""
    rows = await fetch_all(OF_ORDER, [order_id])
    if not who.is_admin and not await _is_of(who, order_id, rows):
        raise OrderNotFound
    return [_payment(row) for row in rows]


async def _is_of(who: Principal, order_id: UUID, rows: list[dict[str, Any]]) -> bool:
    """Only where nobody has paid yet, orders is asked whose it is."""
    if rows:
        return str(rows[0]["user_id"]) == who.id
    order = await orders_api.find(order_id)
    return order is not None and str(order.user_id) == who.id


def _payment(row: dict[str, Any]) -> dict[str, Any]:
    is_refunded = row["refund_status"] == RefundStatus.succeeded
    return {
        "payment_id": row["id"],
        "order_id": row["order_id"],
        "status": shown(Status(row["status"]), is_refunded=is_refunded),
        "amount": row["amount"],
        "currency": row["currency"],
        "method": row["method"],
        "reason": row["reason"],
        "created_at": row["created_at"],
        "refunds": [_refund(row, is_refunded=is_refunded)] if row["refund_id"] else [],
    }


def _refund(row: dict[str, Any], *, is_refunded: bool) -> dict[str, Any]:
    return {
        "refund_id": row["refund_id"],
        "amount": row["refund_amount"],
        "status": "refunded" if is_refunded else "requested",
        "created_at": row["refund_created_at"],
    }
