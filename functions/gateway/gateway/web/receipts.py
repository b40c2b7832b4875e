"""What orders answers, as pages show it: no I/O, no markup."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from gateway.web import countries
from gateway.web.clock import Moment, moment
from gateway.web.presenters import Picture, money, title_of
from gateway.web.timeline import TO_SHOPPERS, Entry, timeline_of

Order = dict[str, Any]
"""An order of the service's answers."""

STATES = {
    "created": "Waiting for payment",
    "paid": "Paid",
    "processing": "Being prepared",
    "completed": "Completed",
    "cancelled": "Cancelled",
}
CANCELLABLE = frozenset({"created", "paid"})
"""Where shoppers may still cancel."""


@dataclass(frozen=True, slots=True)
class Line:
    """One product of an order, as it was when it was ordered."""

    name: str
    sku: str
    picture: Picture
    qty: int
    unit_price: str
    total: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """An order. `amount` is its total as the services write it; `held_until` counts while nobody has paid."""

    id: str
    number: str
    status: str
    placed: Moment
    held_until: Moment | None
    lines: list[Line]
    sums: list[tuple[str, str]]
    total: str
    amount: str
    method: str
    address: list[str]
    timeline: list[Entry]

    @property
    def state(self) -> str:
        return STATES[self.status]

    @property
    def title(self) -> str:
        """What was ordered, in a few words."""
        more = len(self.lines) - 1
        return self.lines[0].name + (f" and {more} more" if more else "")

    @property
    def is_unpaid(self) -> bool:
        return self.status == "created"

    @property
    def is_cancellable(self) -> bool:
        return self.status in CANCELLABLE


def receipt_of(order: Order, actors: Mapping[str, str] = TO_SHOPPERS) -> Receipt:
    currency = order["currency"]
    return Receipt(
        id=order["order_id"],
        number=order["order_id"][:8].upper(),
        status=order["status"],
        placed=moment(order["created_at"]),
        held_until=moment(order["expires_at"]) if order["status"] == "created" and order["expires_at"] else None,
        lines=[_line(item, currency) for item in order["items"]],
        sums=_sums(order, currency),
        total=money(order["total"], currency),
        amount=order["total"],
        method=title_of(order["shipping_method"]),
        address=address_of(order["shipping_address"]),
        timeline=timeline_of(order.get("events") or [], actors),
    )


def receipts_of(orders: Iterable[Order]) -> list[Receipt]:
    return [receipt_of(order) for order in orders]


def _line(item: dict[str, Any], currency: str) -> Line:
    drawing = f"/placeholder/{quote(item['product_id'], safe='')}.svg?{urlencode({'t': item['name'][:160]})}"
    return Line(
        name=item["name"],
        sku=item["sku"],
        picture=Picture("", drawing, item["name"]),
        qty=item["qty"],
        unit_price=money(item["unit_price"], currency),
        total=money(item["line_total"], currency),
    )


def _sums(order: Order, currency: str) -> list[tuple[str, str]]:
    """How the total comes about; a discount only where there is one."""
    discount = [("Discount", f"-{money(order['discount'], currency)}")] if Decimal(order["discount"]) else []
    delivery = money(order["shipping"], currency) if Decimal(order["shipping"]) else "free"
    return [("Goods", money(order["subtotal"], currency)), *discount, ("Delivery", delivery)]


def address_of(address: dict[str, str | None] | None) -> list[str]:
    """An address line by line; empty for an order that is picked up."""
    if address is None:
        return []
    country = address.get("country") or ""
    place = f"{address.get('postcode') or ''} {address.get('city') or ''}".strip()
    lines = [address.get("name"), address.get("line1"), address.get("line2"), place]
    return [line for line in [*lines, countries.names().get(country, country)] if line]
