"""What an order is: its states and who may move it, its lines and its totals; no I/O, no framework."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shopkit import money

ZERO = Decimal("0.00")


class Status(StrEnum):
    created = "created"
    paid = "paid"
    processing = "processing"
    completed = "completed"
    cancelled = "cancelled"


PLACING, REJECTED = "placing", "rejected"
"""States of a row that is not an order yet, or never became one: nobody is shown it."""


class RecoveryPoint(StrEnum):
    """How far placing has come; what is left to do follows from it.

    begun: the cart's lines are kept, stock may be reserved. created: the order exists, its cart may still be full.
    refused: it never will exist, stock may still be reserved. finished: nothing is left.
    """

    begun = "begun"
    created = "created"
    refused = "refused"
    finished = "finished"


class Role(StrEnum):
    """As what somebody moves an order."""

    shopper = "shopper"
    admin = "admin"
    payments = "payments"
    clock = "clock"


class Reason(StrEnum):
    """Why an order was cancelled."""

    shopper = "shopper"
    admin = "admin"
    refunded = "refunded"
    expired = "expired"


@dataclass(frozen=True, slots=True)
class Actor:
    role: Role
    id: str | None = None

    def __str__(self) -> str:
        return self.role if self.id is None else f"{self.role}:{self.id}"


PAYMENTS, CLOCK = Actor(Role.payments), Actor(Role.clock)

MOVES: Mapping[tuple[Status, Status], frozenset[Role]] = {
    (Status.created, Status.paid): frozenset({Role.payments}),
    (Status.created, Status.cancelled): frozenset({Role.shopper, Role.admin, Role.clock}),
    (Status.paid, Status.processing): frozenset({Role.admin}),
    (Status.paid, Status.cancelled): frozenset({Role.shopper, Role.admin}),
    (Status.processing, Status.completed): frozenset({Role.admin}),
    (Status.processing, Status.cancelled): frozenset({Role.admin}),
}
"""Every move there is, and who may make it."""
PAID = frozenset({Status.paid, Status.processing, Status.completed})
"""The states of an order whose money the shop keeps."""
REFUNDABLE = PAID - {Status.completed}


def may_move(status: Status, to: Status, role: Role) -> bool:
    return role in MOVES.get((status, to), frozenset())


@dataclass(frozen=True, slots=True)
class CartLine:
    """A product as the shopper saw it in his cart."""

    product_id: UUID
    sku: str
    name: str
    qty: int
    price_seen: Decimal


@dataclass(frozen=True, slots=True)
class Cart:
    """A shopper's cart at one version."""

    id: UUID
    version: int
    lines: tuple[CartLine, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the shopper asks for besides what is in his cart."""

    shipping_method: str
    shipping: Decimal
    address: Mapping[str, str | None] | None
    accepts_price_changes: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A product as it is sold, at the price at which it was reserved."""

    product_id: UUID
    sku: str
    name: str
    qty: int
    unit_price: Decimal

    @property
    def line_total(self) -> Decimal:
        return money.rounded(self.unit_price * self.qty)


@dataclass(frozen=True, slots=True)
class PriceChange:
    product_id: UUID
    sku: str
    name: str
    old: Decimal
    new: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    subtotal: Decimal
    discount: Decimal
    shipping: Decimal

    @property
    def total(self) -> Decimal:
        return self.subtotal - self.discount + self.shipping


def totals(lines: Iterable[Line], *, shipping: Decimal, discount: Decimal = ZERO) -> Totals:
    """What an order costs: each line is rounded, then all are added (docs/decisions)."""
    return Totals(sum((line.line_total for line in lines), ZERO), discount, shipping)


def price_changes(seen: Iterable[CartLine], sold: Iterable[Line]) -> list[PriceChange]:
    """The products whose price is not the one that the shopper saw."""
    old = {line.product_id: line.price_seen for line in seen}
    return [
        PriceChange(line.product_id, line.sku, line.name, old[line.product_id], line.unit_price)
        for line in sold
        if line.unit_price != old[line.product_id]
    ]


def in_cart_order(lines: Iterable[Line], cart: Sequence[CartLine]) -> list[Line]:
    """The lines in the order in which the shopper knows them."""
    place = {line.product_id: number for number, line in enumerate(cart)}
    return sorted(lines, key=lambda line: place[line.product_id])


def next_look(seconds_until_expiry: float, *, longest: timedelta) -> timedelta:
    """When to look at an unpaid order again: at its expiry, or as late before it as a reminder can be."""
    return min(longest, timedelta(seconds=max(1.0, seconds_until_expiry)))
