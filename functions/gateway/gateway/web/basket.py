"""What cart answers, as the cart's page shows it: no I/O, no markup."""

from dataclasses import dataclass
from typing import Any

from gateway.web.presenters import Picture, money, pictures_of, product_address

Item = dict[str, Any]
"""A line of cart's answers."""

MOST_UNITS = 999
"""Of one product, as cart has it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A product in the cart; `address` is empty where it has no page, `notice` where there is nothing to tell.

    `left` counts where there is less of it than wanted; `former_price` is empty unless it cost something else when it
    was added.
    """

    product_id: str
    name: str
    options: str
    address: str
    picture: Picture
    qty: int
    unit_price: str
    former_price: str
    total: str
    notice: str
    left: int | None
    is_available: bool

    @property
    def is_sold(self) -> bool:
        """Whether there is as much of it as wanted."""
        return self.is_available and self.left is None


@dataclass(frozen=True, slots=True)
class Basket:
    """A cart. What is not available does not count in `total`; without `is_checked`, all is as it was last seen.

    `amount` is the total as the services write it.
    """

    lines: list[Line]
    total: str
    amount: str
    currency: str
    is_checked: bool

    @property
    def is_complete(self) -> bool:
        """Whether everything in it can be bought."""
        return all(line.is_available for line in self.lines)

    @property
    def is_sold(self) -> bool:
        """Whether there is enough of everything."""
        return all(line.is_sold for line in self.lines)

    @property
    def has_new_prices(self) -> bool:
        return any(line.former_price for line in self.lines)


def basket_of(cart: dict[str, Any]) -> Basket:
    currency = cart["currency"]
    lines = [_line(item, currency, is_checked=cart["checked"]) for item in cart["items"]]
    return Basket(lines, money(cart["total"], currency), cart["total"], currency, cart["checked"])


def _line(item: Item, currency: str, *, is_checked: bool) -> Line:
    """Of a cart that could not be checked, the page says so once, not in every line."""
    return Line(
        product_id=item["product_id"],
        name=item["name"],
        options=", ".join(item["options"].values()),
        address=f"{product_address(item['handle'])}?variant={item['product_id']}" if item["handle"] else "",
        picture=_picture(item),
        qty=item["qty"],
        unit_price=money(item["unit_price"], currency),
        former_price=money(item["price_seen"], currency) if item["price_seen"] != item["unit_price"] else "",
        total=money(item["line_total"], currency),
        notice=(item["notice"] or "") if is_checked else "",
        left=item["left"],
        is_available=item["available"],
    )


def _picture(item: Item) -> Picture:
    images = [{"url": item["image"], "alt": ""}] if item["image"] else []
    return pictures_of({**item, "handle": item["handle"] or item["sku"], "images": images, "categories": []})[0]
