"""What a run will do, drawn from its seed before it begins: which checkouts, and which kills."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import TypeVar

CLIENTS = 16
SOONEST, LATEST = 0.2, 2.0
"""Seconds between two kills."""
SCARCE_SHARE = 20
"""One unit of each scarce product for so many checkouts."""

Card = TypeVar("Card")


class Ending(StrEnum):
    """How a checkout is meant to end."""

    PAID = "paid"
    DECLINED = "declined, then left"
    DECLINED_THEN_PAID = "declined, then paid"
    TIMED_OUT = "charged, then timed out"
    LEFT = "left unpaid"
    CANCELLED = "cancelled before it was paid"
    REFUNDED = "paid, then cancelled"


class Repeat(StrEnum):
    """How often a shopper sends what carries an Idempotency-Key."""

    ONCE = "once"
    AGAIN = "again after the answer"
    AT_ONCE = "three times at once"


ENDINGS: Mapping[Ending, int] = {
    Ending.PAID: 60,
    Ending.DECLINED: 5,
    Ending.DECLINED_THEN_PAID: 5,
    Ending.TIMED_OUT: 10,
    Ending.LEFT: 10,
    Ending.CANCELLED: 5,
    Ending.REFUNDED: 5,
}
REPEATS: Mapping[Repeat, int] = {Repeat.ONCE: 70, Repeat.AGAIN: 15, Repeat.AT_ONCE: 15}
TARGETS: Mapping[str, int] = {"function": 55, "cache": 15, "aws": 15, "postgres": 15}
"""Shares in hundredths."""


@dataclass(frozen=True, slots=True)
class Product:
    """What is sold; `stock` is what there is at first."""

    sku: str
    price: str
    stock: int


@dataclass(frozen=True, slots=True)
class Checkout:
    """What one visit buys (product's index → units) and how it goes on."""

    number: int
    key: str
    lines: Mapping[int, int]
    ending: Ending
    repeat: Repeat


@dataclass(frozen=True, slots=True)
class Kill:
    """`pause` seconds after the one before; `pick` (from 0 to 1) chooses among the processes that run then."""

    pause: float
    target: str
    pick: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The same seed and sizes give the same plan; how long things take, and so what meets what, is another matter."""

    seed: int
    products: Sequence[Product]
    checkouts: Sequence[Checkout]
    kills: Sequence[Kill]

    @classmethod
    def draw(cls, seed: int, checkouts: int, kills: int) -> "Plan":
        random = Random(seed)  # noqa: S311 - chance that can be repeated, no secret
        products = _products(random, checkouts)
        endings = _deal(random, ENDINGS, checkouts)
        repeats = _deal(random, REPEATS, checkouts)
        return cls(
            seed,
            products,
            [_checkout(random, number, endings[number], repeats[number], products) for number in range(checkouts)],
            [_kill(random, target) for target in _deal(random, TARGETS, kills)],
        )


def _products(random: Random, checkouts: int) -> list[Product]:
    """Two of which there is too little for all who want them, and ten of which there is enough."""
    stocks = [1 + checkouts // SCARCE_SHARE] * 2 + [3 * checkouts] * 10
    return [
        Product(f"CHAOS-{number}", f"{random.randint(1, 200)}.{random.randint(0, 99):02}", stock)
        for number, stock in enumerate(stocks)
    ]


def _checkout(random: Random, number: int, ending: Ending, repeat: Repeat, products: Sequence[Product]) -> Checkout:
    wanted = random.sample(range(len(products)), random.randint(1, 3))
    key = str(uuid.UUID(int=random.getrandbits(128), version=4))
    return Checkout(number, key, {product: random.randint(1, 2) for product in wanted}, ending, repeat)


def _kill(random: Random, target: str) -> Kill:
    return Kill(random.uniform(SOONEST, LATEST), target, random.random())


def _deal(random: Random, shares: Mapping[Card, int], count: int) -> list[Card]:
    """So many cards, each as often as its share says, in a random order; what rounding leaves falls to the first."""
    cards = [card for card, share in shares.items() for _ in range(count * share // 100)]
    cards += [next(iter(shares))] * (count - len(cards))
    random.shuffle(cards)
    return cards
