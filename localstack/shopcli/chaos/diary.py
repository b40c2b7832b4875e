"""What shoppers remember of their checkouts: what they were told, to be held against what the databases say."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shopcli.chaos.asking import Answer
from shopcli.chaos.plan import Checkout

AFTERSHOCK = 30.0
"""Seconds for which a request that broke off may still be at work somewhere: longer than any function runs."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many units may be there: `low` were acknowledged, of those above it is not known."""

    low: int
    high: int

    def allows(self, units: int) -> bool:
        return self.low <= units <= self.high


class CartLog:
    """What acknowledged changes make of a shopper's cart."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._sure: dict[str, int] = {}
        self._doubts: list[tuple[float, str, int]] = []

    def emptied(self) -> None:
        """An acknowledged emptying; what broke off shortly before may still arrive."""
        self._sure = {}
        self._doubts = [doubt for doubt in self._doubts if doubt[0] > self._now() - AFTERSHOCK]

    def added(self, product: str, units: int, answer: Answer) -> None:
        self._doubts += [(self._now(), product, units)] * answer.tries_in_doubt
        if answer.is_success:
            self._sure[product] = self._sure.get(product, 0) + units

    def removed(self, product: str) -> None:
        self._sure.pop(product, None)

    @property
    def bounds(self) -> Mapping[str, Bounds]:
        """By product; of any other there may be none."""
        products = {*self._sure, *(product for _, product, _ in self._doubts)}
        return {product: self._bounds(product) for product in products}

    def _bounds(self, product: str) -> Bounds:
        low = self._sure.get(product, 0)
        return Bounds(low, low + sum(units for _, doubted, units in self._doubts if doubted == product))


@dataclass(frozen=True, slots=True)
class Sighting:
    """Units by product as they were seen, in the cart or in an order made of it, beside what may be there."""

    where: str
    expected: Mapping[str, Bounds]
    seen: Mapping[str, int]

    @classmethod
    def of(cls, where: str, expected: Mapping[str, Bounds], items: list[dict[str, Any]]) -> "Sighting":
        return cls(where, expected, {item["product_id"]: item["qty"] for item in items})

    @property
    def surprises(self) -> list[str]:
        nothing = Bounds(0, 0)
        return [
            f"{self.seen.get(product, 0)} of {product}, not {bounds.low} to {bounds.high}"
            for product in {*self.expected, *self.seen}
            if not (bounds := self.expected.get(product, nothing)).allows(self.seen.get(product, 0))
        ]


@dataclass(slots=True)
class Keyed:
    """A request with an Idempotency-Key, and all final answers that it got."""

    path: str
    key: str
    body: Mapping[str, Any]
    answers: list[Answer] = field(default_factory=list)
    gave_up: str = ""


@dataclass(slots=True)
class Visit:
    """One checkout as its shopper remembers it; `order` is what the 201 said."""

    checkout: Checkout
    user_id: str
    sightings: list[Sighting] = field(default_factory=list)
    placings: list[Keyed] = field(default_factory=list)
    payings: list[Keyed] = field(default_factory=list)
    cancelling: Answer | None = None
    order: dict[str, Any] | None = None
    gave_up: str = ""

    @property
    def keyed(self) -> list[Keyed]:
        return [*self.placings, *self.payings]
