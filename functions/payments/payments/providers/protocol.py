"""What a payment provider must offer. tests/payments/provider_contract.py holds every adapter to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from shopkit.errors import Unavailable

PATIENCE = 8.0
"""Seconds that an adapter waits for its provider: far less than GIVEN_UP_AFTER, so that a payment is not given up
while it is being charged."""


class OutcomeUnknown(Unavailable):
    """The provider gave no answer, or none that can be understood. What was asked may have happened."""

    code = "outcome_unknown"

    def __init__(self) -> None:
        super().__init__("payment provider", retry_after=5)


class Declined(Exception):
    """The provider refused for good, and took nothing. `reason` is a code such as `card_declined`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadSignature(Exception):
    """A webhook that the provider did not sign, or not lately."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What the provider is to collect. `payment_id` is the idempotency key: one payment is charged once."""

    payment_id: UUID
    order_id: UUID
    amount: Decimal
    currency: str
    method: str


@dataclass(frozen=True, slots=True)
class Charge:
    """What the provider knows of a payment. `refunded` is how much of it was given back."""

    id: str
    payment_id: UUID
    order_id: UUID
    amount: Decimal
    currency: str
    is_captured: bool
    refunded: Decimal
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """`payment_id` is None where the event is about nothing of ours."""

    id: str
    type: str
    payment_id: UUID | None


class Provider(Protocol):
    """Any method that asks the provider raises OutcomeUnknown where no answer comes within PATIENCE."""

    name: str

    async def charge(self, bill: Bill) -> Charge:
        """Take the money; asked again for a payment, answer the same again. Raises Declined."""
        ...

    async def look_up(self, payment_id: UUID) -> Charge | None:
        """What became of a payment; None where the provider has not heard of it."""
        ...

    async def refund(self, refund_id: UUID, charge_id: str, amount: Decimal) -> None:
        """Give money back, once however often it is asked with that id. Raises Declined."""
        ...

    async def charges(self, since: datetime, *, after: str | None, limit: int) -> list[Charge]:
        """A page of the provider's ledger from a time on, the oldest first; `after` is the last charge's id before."""
        ...

    async def webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        """The event that a webhook tells. Raises BadSignature."""
        ...
