"""What callers send and what they are told."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from orders.domain import Status
from orders.shipping import Address, ShippingMethod
from shopkit.money import Money
from shopkit.web.schemas import RequestBody

Note = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$", description="Stands in the order's story.")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.")]


class PlaceOrder(RequestBody):
    """What is in the cart is ordered; prices and totals are the server's."""

    shipping_method: Annotated[str, Field(max_length=40)] = "pickup"
    shipping_address: Annotated[Address | None, Field(description="If the shipping method needs one.")] = None
    accept_price_changes: Annotated[
        bool, Field(strict=True, description="Whether prices may differ from those the shopper saw.")
    ] = False


class CancelOrder(RequestBody):
    note: Note | None = None


class MoveOrder(RequestBody):
    status: Literal["processing", "completed", "cancelled"]
    note: Note | None = None


class OrderPaid(RequestBody):
    """The payment callback."""

    status: Literal[Status.paid]
    payment_id: UUID
    amount: Annotated[Decimal, Field(decimal_places=2, examples=["29.90"])]
    currency: Currency


class LookUp(RequestBody):
    ids: Annotated[list[UUID], Field(max_length=100)]


class Item(BaseModel):
    product_id: UUID
    sku: str
    name: str
    qty: int
    unit_price: Money
    line_total: Money


class Event(BaseModel):
    """`by`: `shopper:<id>`, `admin:<id>`, `payments` or `clock`."""

    at: datetime
    type: str
    by: str
    note: str | None


class Order(BaseModel):
    order_id: UUID
    status: Status
    currency: str
    items: list[Item]
    subtotal: Money
    discount: Money
    shipping: Money
    total: Money
    shipping_method: str
    shipping_address: Address | None
    created_at: datetime
    expires_at: Annotated[datetime | None, Field(description="Until when it can be paid; null once it is settled.")]
    events: list[Event]


class OrderForAdmins(Order):
    user_id: UUID
    version: Annotated[int, Field(description="Grows with each change.")]


class OrderPage(BaseModel):
    items: list[Order]
    next_cursor: str | None


class OrderPageForAdmins(BaseModel):
    items: list[OrderForAdmins]
    next_cursor: str | None


class ShippingMethods(BaseModel):
    items: list[ShippingMethod]


class OrderToPay(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    order_id: UUID
    user_id: UUID
    status: Status
    total: Money
    currency: str
    expires_at: datetime | None
    version: int


class OrderState(BaseModel):
    order_id: UUID
    status: Status


class PaidOrder(BaseModel):
    order_id: UUID
    user_id: UUID
    status: Status
    total: Money
    currency: str
    payment_id: UUID | None


class PaidOrders(BaseModel):
    items: list[PaidOrder]


class PaidOrderPage(PaidOrders):
    next_cursor: str | None
