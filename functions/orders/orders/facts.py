"""What others' events tell, as far as an order's story needs it. What a publisher adds is passed over."""

from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel


class AboutPayment(BaseModel):
    payment_id: UUID
    order_id: UUID
    amount: Decimal
    currency: str


class PaymentSucceeded(AboutPayment):
    """The second road to paid, should payments' own call have been lost."""


class PaymentFailed(AboutPayment):
    reason: str


class PaymentRefunded(AboutPayment):
    """The money is on its way back."""
