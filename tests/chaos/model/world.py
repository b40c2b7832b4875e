"""The shop as it should be: a product, orders, payments and facts as plain values; what happens gives a new world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Card(StrEnum):
    GOOD = "pm_card_visa"
    DECLINED = "pm_card_declined"
    SILENT = "pm_card_timeout"


class Money(StrEnum):
    """What became of an order's payment."""

    NONE = "none"
    IN_DOUBT = "in doubt"
    TAKEN = "taken"
    OWED = "to be given back"
    RETURNED = "given back"


class Units(StrEnum):
    """Where what an order wants is."""

    HELD = "held"
    SOLD = "sold"
    BACK = "back"


@dataclass(frozen=True)
class Fact:
    """Told of an order; the same may be told several times, as what is declined is."""

    type: str
    order: int


@dataclass(frozen=True)
class Order:
    qty: int
    status: str = "created"
    money: Money = Money.NONE
    units: Units = Units.HELD
    story: tuple[str, ...] = ("created",)


@dataclass(frozen=True)
class Delivery:
    """A fact, by its place among all facts, for one of those who want to know."""

    fact: int
    consumer: str


PAID = ("paid", "processing", "completed")
MOVES = {"processing": ("paid",), "completed": ("processing",), "cancelled": ("created", "paid", "processing")}
"""By state, those from which an administrator moves an order to it."""
ILLEGAL = "illegal_transition"


@dataclass(frozen=True)
class World:
    """`stock` is what can be sold; `facts` all that was told, in its order; `delivered` what took effect."""

    stock: int
    orders: tuple[Order, ...] = ()
    facts: tuple[Fact, ...] = ()
    delivered: frozenset[Delivery] = frozenset()

    @property
    def deliveries(self) -> list[Delivery]:
        """All that there can be, the oldest first."""
        return [Delivery(n, each) for n, fact in enumerate(self.facts) for each in CONSUMERS.get(fact.type, {})]

    @property
    def outstanding(self) -> list[Delivery]:
        return [each for each in self.deliveries if each not in self.delivered]

    @property
    def is_settled(self) -> bool:
        """Whether everything has arrived, no payment is in doubt, and no refund is owed."""
        return not self.outstanding and not {order.money for order in self.orders} & {Money.IN_DOUBT, Money.OWED}

    # What people do: the world afterwards, and what they are told (a status, or the code of a refusal).

    def place(self, qty: int) -> tuple["World", str]:
        if qty > self.stock:
            return self, "out_of_stock"
        placed = replace(self, stock=self.stock - qty, orders=(*self.orders, Order(qty)))
        return told(placed, "order.created", len(self.orders)), "created"

    def pay(self, number: int, card: Card) -> tuple["World", str]:
        order = self.orders[number]
        if order.money is Money.IN_DOUBT:
            return self, "payment_in_progress"
        if order.status == "cancelled":
            return self, "order_not_payable"
        if order.status in PAID:
            return self, "paid"
        match card:
            case Card.DECLINED:
                return told(self, "payment.failed", number), "payment_declined"
            case Card.SILENT:
                return changed(self, number, money=Money.IN_DOUBT), "pending"
            case Card.GOOD:
                return succeeded(self, number), "paid"

    def cancel(self, number: int) -> tuple["World", str]:
        """By the shopper."""
        if self.orders[number].status not in {"created", "paid"}:
            return self, ILLEGAL
        return cancelled(self, number), "cancelled"

    def move(self, number: int, status: str) -> tuple["World", str]:
        """By an administrator."""
        if self.orders[number].status not in MOVES[status]:
            return self, ILLEGAL
        if status == "cancelled":
            return cancelled(self, number), status
        moved = entered(self, number, status)
        return told(moved, "order.completed", number) if status == "completed" else moved, status

    def refund(self, number: int) -> tuple["World", str]:
        """By an administrator."""
        if self.orders[number].status not in {"paid", "processing"}:
            return self, ILLEGAL
        return cancelled(self, number), "cancelled"

    # What time does.

    def expire(self, number: int) -> "World":
        return cancelled(self, number) if self.orders[number].status == "created" else self

    def look_at_payment(self, number: int) -> "World":
        return succeeded(self, number) if self.orders[number].money is Money.IN_DOUBT else self

    def carry_out_refund(self, number: int) -> "World":
        if self.orders[number].money is not Money.OWED:
            return self
        return told(changed(self, number, money=Money.RETURNED), "payment.refunded", number)

    def deliver(self, delivery: Delivery) -> "World":
        """Whatever was delivered before, and however often: once it has an effect."""
        if delivery in self.delivered:
            return self
        fact = self.facts[delivery.fact]
        received = replace(self, delivered=self.delivered | {delivery})
        return CONSUMERS[fact.type][delivery.consumer](received, fact.order)


# What follows from what.


def changed(world: World, number: int, **changes: object) -> World:
    order = replace(world.orders[number], **changes)  # type: ignore[arg-type]  # as they are named there
    return replace(world, orders=(*world.orders[:number], order, *world.orders[number + 1 :]))


def told(world: World, type_: str, number: int) -> World:
    return replace(world, facts=(*world.facts, Fact(type_, number)))


def noted(world: World, number: int, entry: str) -> World:
    return changed(world, number, story=(*world.orders[number].story, entry))


def entered(world: World, number: int, status: str) -> World:
    return noted(changed(world, number, status=status), number, status)


def cancelled(world: World, number: int) -> World:
    return told(entered(world, number, "cancelled"), "order.cancelled", number)


def succeeded(world: World, number: int) -> World:
    """The money is there: orders is told at once, and does not want it where the order was cancelled."""
    taken = told(changed(world, number, money=Money.TAKEN), "payment.succeeded", number)
    if world.orders[number].status == "cancelled":
        return owed(taken, number)
    return told(entered(taken, number, "paid"), "order.paid", number)


def owed(world: World, number: int) -> World:
    return changed(world, number, money=Money.OWED) if world.orders[number].money is Money.TAKEN else world


def sold(world: World, number: int) -> World:
    return changed(world, number, units=Units.SOLD) if world.orders[number].units is Units.HELD else world


def put_back(world: World, number: int) -> World:
    returned = replace(world, stock=world.stock + world.orders[number].qty)
    return changed(returned, number, units=Units.BACK)


def nothing(world: World, _: int) -> World:
    """Payments has told orders before, and been heard."""
    return world


Effect = Callable[[World, int], World]
CONSUMERS: Mapping[str, Mapping[str, Effect]] = {
    "order.paid": {"catalog": sold},
    "order.cancelled": {"catalog": put_back, "payments": owed},
    "payment.succeeded": {"orders": nothing},
    "payment.failed": {"orders": lambda world, number: noted(world, number, "payment_failed")},
    "payment.refunded": {"orders": lambda world, number: noted(world, number, "refunded")},
}
"""Who wants to know what, and what that does to an order."""
