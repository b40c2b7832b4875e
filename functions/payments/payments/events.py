"""What payments tells the other services."""

from typing import Any, ClassVar
from uuid import UUID

from shopkit.events.facts import Fact
from shopkit.money import Money

PAYMENT = {
    "payment_id": "3e0f4f1e-50d4-4b8f-9d3a-4c0a52b5a1f0",
    "order_id": "9b2f1d0a-6f0b-4a38-8b66-0a86d3c1f7a2",
    "user_id": "5a9d2f3c-1c55-4d1e-a0d9-6c7b8e9f0a1b",
    "amount": "12.00",
    "currency": "EUR",
}


class PaymentSucceeded(Fact):
    type = "payment.succeeded"
    EXAMPLE: ClassVar[dict[str, Any]] = PAYMENT

    payment_id: UUID
    order_id: UUID
    user_id: UUID
    amount: Money
    currency: str


class PaymentFailed(Fact):
    """`reason` is a code, such as `card_declined`."""

    type = "payment.failed"
    EXAMPLE: ClassVar[dict[str, Any]] = {**PAYMENT, "reason": "card_declined"}

    payment_id: UUID
    order_id: UUID
    user_id: UUID
    amount: Money
    currency: str
    reason: str


class PaymentRefunded(Fact):
    type = "payment.refunded"
    EXAMPLE: ClassVar[dict[str, Any]] = {**PAYMENT, "refund_id": "c4a1a6a4-0c62-4f8e-8f0a-2f6f0f1d9e33"}

    refund_id: UUID
    payment_id: UUID
    order_id: UUID
    user_id: UUID
    amount: Money
    currency: str
