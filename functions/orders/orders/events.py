"""What orders tells the others; amounts with two decimals, ids and times as text in JSON."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from orders.domain import Reason, Status
from shopkit.events.facts import Fact
from shopkit.money import Money

EXAMPLE_IDS = {
    "order_id": "7c2f3f0e-6c1e-4f0a-9a57-0d6a4c0b8d11",
    "user_id": "5b0e3c1e-28a4-4a9c-8f51-6f1d6f6f2b42",
}
EXAMPLE_ITEM = {
    "product_id": "0f4c2d3a-5d3a-4a44-8c8a-2f5e9d7b1c33",
    "sku": "KIT-MUG-BLU",
    "name": "Stoneware mug",
    "qty": 2,
    "unit_price": "12.50",
    "line_total": "25.00",
}


class Item(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    product_id: UUID
    sku: str
    name: str
    qty: int
    unit_price: Money
    line_total: Money


class OrderCreated(Fact):
    """An order was placed; its stock is held until `expires_at`."""

    type: ClassVar[str] = "order.created"
    EXAMPLE: ClassVar[dict[str, Any]] = {
        **EXAMPLE_IDS,
        "currency": "EUR",
        "total": "29.90",
        "shipping_method": "standard",
        "expires_at": "2026-11-23T12:30:00Z",
        "items": [EXAMPLE_ITEM],
    }

    order_id: UUID
    user_id: UUID
    currency: str
    total: Money
    shipping_method: str
    expires_at: datetime
    items: list[Item]


class OrderPaid(Fact):
    """The whole total was paid."""

    type: ClassVar[str] = "order.paid"
    EXAMPLE: ClassVar[dict[str, Any]] = {
        **EXAMPLE_IDS,
        "payment_id": "c8f7d1d4-6b80-4d6e-b6cb-8f1a5d0c9e55",
        "currency": "EUR",
        "subtotal": "25.00",
        "shipping": "4.90",
        "total": "29.90",
        "items": [EXAMPLE_ITEM],
    }

    order_id: UUID
    user_id: UUID
    payment_id: UUID
    currency: str
    subtotal: Money
    shipping: Money
    total: Money
    items: list[Item]


class OrderCancelled(Fact):
    """The order will not be sent. What was paid is to be refunded, what is held to be released.

    `was` is the state before; `by` who did it, as in the order's story: `shopper:<id>`, `admin:<id>` or `clock`.
    """

    type: ClassVar[str] = "order.cancelled"
    EXAMPLE: ClassVar[dict[str, Any]] = {
        **EXAMPLE_IDS,
        "was": "paid",
        "reason": "shopper",
        "by": f"shopper:{EXAMPLE_IDS['user_id']}",
        "currency": "EUR",
        "total": "29.90",
    }

    order_id: UUID
    user_id: UUID
    was: Status
    reason: Reason
    by: str
    currency: str
    total: Money


class OrderCompleted(Fact):
    """The order was sent, or picked up."""

    type: ClassVar[str] = "order.completed"
    EXAMPLE: ClassVar[dict[str, Any]] = {**EXAMPLE_IDS, "currency": "EUR", "total": "29.90"}

    order_id: UUID
    user_id: UUID
    currency: str
    total: Money
