"""What callers send and what they are told."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from payments.domain import Shown
from shopkit.money import Money
from shopkit.web.schemas import RequestBody

Method = Literal["pm_card_visa", "pm_card_declined", "pm_card_timeout"]


class Pay(RequestBody):
    order_id: UUID
    amount: Annotated[Money, Field(description="Must be the order's total.")]
    method: Method = "pm_card_visa"


class Paid(BaseModel):
    """`pending`: the provider has not answered; the outcome will be found out."""

    payment_id: UUID
    order_id: UUID
    status: Literal[Shown.paid, Shown.pending]
    amount: Money
    currency: str


class RefundOut(BaseModel):
    refund_id: UUID
    amount: Money
    status: Literal["requested", "refunded"]
    created_at: datetime


class PaymentOut(BaseModel):
    payment_id: UUID
    order_id: UUID
    status: Shown
    amount: Money
    currency: str
    method: str
    reason: Annotated[str | None, Field(description="Why it failed, as a code.")]
    created_at: datetime
    refunds: list[RefundOut]


class PaymentsOut(BaseModel):
    items: list[PaymentOut]
