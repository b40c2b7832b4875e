"""What a cart is; no I/O, no framework."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import NewType
from uuid import UUID

MOST_LINES = 100
MOST_UNITS = 999
"""Of one product."""
LIFETIME = timedelta(days=30)
"""From the last change."""

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
GUEST = rf"^guest:{_UUID}$"
OWNER = rf"^(?:guest:)?{_UUID}$"

Owner = NewType("Owner", str)
"""A shopper by his user's id, or a guest as `guest:<uuid>`."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the shopper saw of a product when he added it."""

    sku: str
    name: str
    price: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Line:
    product_id: UUID
    qty: int
    seen: Seen


@dataclass(frozen=True, slots=True)
class Cart:
    """Lines stand in the order in which they came. `id` changes whenever the cart becomes empty; None: there is none.

    `version` grows with every change and does not begin anew with the id.
    """

    id: UUID | None
    version: int
    lines: tuple[Line, ...]

    @property
    def count(self) -> int:
        """Units, of all products together."""
        return sum(line.qty for line in self.lines)

    @property
    def product_ids(self) -> list[UUID]:
        return [line.product_id for line in self.lines]

    def has_room_for(self, product_id: UUID) -> bool:
        return len(self.lines) < MOST_LINES or product_id in self.product_ids


@dataclass(frozen=True, slots=True)
class Parcel:
    """Lines that have left a guest's cart for a shopper's. `content` is how they are stored."""

    id: str
    recipient: Owner
    content: str


@dataclass(frozen=True, slots=True)
class Merged:
    """How many lines came over, wholly or in part, and of how many not all did."""

    added: int = 0
    capped: int = 0

    def and_also(self, other: "Merged") -> "Merged":
        return Merged(self.added + other.added, self.capped + other.capped)
