"""What events tell, as far as a mail needs it. What a publisher adds to an event is passed over."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

LENGTH_OF_REFERENCE = 8


class Facts(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)  # errors are logged, and facts may be addresses

    user_id: UUID


class UserRegistered(Facts):
    email: str


class AboutOrder(Facts):
    order_id: UUID
    currency: str

    @property
    def reference(self) -> str:
        """What a person calls the order by, as the pages do."""
        return str(self.order_id)[:LENGTH_OF_REFERENCE].upper()


class Line(BaseModel):
    sku: str
    name: str
    qty: int
    unit_price: Decimal
    line_total: Decimal


class OrderPaid(AboutOrder):
    subtotal: Decimal
    shipping: Decimal
    total: Decimal
    items: Sequence[Line]


class OrderCancelled(AboutOrder):
    """`was` is the state before; `reason` a code, such as `expired`."""

    was: Literal["created", "paid", "processing"]
    reason: str
    total: Decimal

    @property
    def is_refunded(self) -> bool:
        return self.was != "created"


class OrderCompleted(AboutOrder):
    total: Decimal


class PaymentFailed(AboutOrder):
    amount: Decimal
