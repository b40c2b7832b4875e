"""What an owner sees of his cart: today's names, prices and stock, and what he should know."""

from collections.abc import Callable
from typing import Any

import pytest

from cart import schemas
from factories.carts import Basket, Products, quantities
from shopkit.calls import Answer, Call
from shopkit.transports.http import HttpTransport

from .test_shopping import EMPTY


class TestShow:
    @pytest.mark.parametrize("owner", ["shopper", "guest"])
    def test_empty(self, request: pytest.FixtureRequest, owner: str) -> None:
        basket: Basket = request.getfixturevalue(owner)
        assert basket.show() == {**EMPTY, "version": 0}

    def test_of_somebody_else(self, make_shopper: Callable[[], Basket], guest: Basket, products: Products) -> None:
        mug = products.make()
        make_shopper().add(mug)
        guest.add(mug)
        assert make_shopper().show()["items"] == []

    def test_shopper_before_guest(self, shopper: Basket, guest: Basket, products: Products) -> None:
        shopper.add(products.make())
        both = Basket(shopper.http, shopper.owner, {**guest.identity, **shopper.identity})
        assert both.show() == shopper.show()

    def test_valid(self, shopper: Basket, products: Products) -> None:
        mug = products.make(sku="MUG", name="Mug", handle="mug", price="12.5", options={"Size": "L"})
        shopper.add(mug, 2)
        assert shopper.show() == {
            "items": [
                {
                    "product_id": mug["id"], "sku": "MUG", "name": "Mug", "handle": "mug", "options": {"Size": "L"},
                    "image": None, "qty": 2, "unit_price": "12.50", "line_total": "25.00", "price_seen": "12.50",
                    "left": None, "available": True, "notice": None,
                }
            ],
            "total": "25.00", "currency": "EUR", "version": 1, "count": 2, "checked": True,
        }  # fmt: skip

    def test_as_documented(self, shopper: Basket, guest: Basket, products: Products) -> None:
        shopper.add(products.make())
        assert schemas.Cart.model_validate(shopper.show(), extra="forbid")
        assert schemas.MergedCart.model_validate(shopper.merge(guest), extra="forbid")
        assert schemas.StoredCart.model_validate(shopper.stored(), extra="forbid")

    def test_in_the_order_of_adding(self, shopper: Basket, products: Products) -> None:
        things = [products.make() for _ in range(4)]
        for thing in [*things, things[0]]:
            shopper.add(thing)
        assert [each for each, _ in quantities(shopper.show())] == [thing["id"] for thing in things]


class TestNotices:
    @pytest.fixture
    def mug(self, shopper: Basket, products: Products) -> dict[str, Any]:
        """A product of which the shopper has three, and which he can have."""
        mug = products.make(price="10.00", stock=5)
        shopper.add(mug, 3)
        return mug

    def line(self, shopper: Basket) -> dict[str, Any]:
        line: dict[str, Any] = shopper.show()["items"][0]
        return line

    @pytest.mark.parametrize("vanish", ["switch off", "delete"])
    def test_gone(self, shopper: Basket, products: Products, mug: dict[str, Any], vanish: str) -> None:
        cup = products.make(price="4.00")
        shopper.add(cup)
        products.remove(mug) if vanish == "delete" else products.change(mug, is_active=False)
        cart = shopper.show()
        line = cart["items"][0]
        assert (line["available"], line["notice"], line["name"]) == (False, "No longer available.", mug["name"])
        assert (line["line_total"], cart["total"]) == ("30.00", "4.00")

    def test_sold_out(self, shopper: Basket, products: Products, mug: dict[str, Any]) -> None:
        products.move_stock(mug, -5)
        line = self.line(shopper)
        assert (line["available"], line["left"], line["notice"]) == (False, 0, "Sold out.")

    def test_short(self, shopper: Basket, products: Products, mug: dict[str, Any]) -> None:
        products.move_stock(mug, -3)
        line = self.line(shopper)
        assert (line["available"], line["left"], line["notice"]) == (True, 2, "Only 2 left.")
        assert shopper.show()["total"] == "30.00"

    def test_just_enough(self, shopper: Basket, products: Products, mug: dict[str, Any]) -> None:
        products.move_stock(mug, -2)
        line = self.line(shopper)
        assert (line["available"], line["left"], line["notice"]) == (True, None, None)

    def test_price_changed(self, shopper: Basket, products: Products, mug: dict[str, Any]) -> None:
        products.change(mug, price="11.5")
        line = self.line(shopper)
        assert line["notice"] == "The price was 10.00 EUR when you added this; now it is 11.50 EUR."
        assert (line["price_seen"], line["unit_price"], line["line_total"]) == ("10.00", "11.50", "34.50")

    def test_short_and_price_changed(self, shopper: Basket, products: Products, mug: dict[str, Any]) -> None:
        products.move_stock(mug, -4)
        products.change(mug, price="9.00")
        told = "Only 1 left. The price was 10.00 EUR when you added this; now it is 9.00 EUR."
        assert self.line(shopper)["notice"] == told

    def test_added_again(self, shopper: Basket, products: Products, mug: dict[str, Any]) -> None:
        """Whoever adds has seen the price of now."""
        products.change(mug, price="11.50")
        shopper.add(mug)
        line = self.line(shopper)
        assert (line["qty"], line["price_seen"], line["notice"]) == (4, "11.50", None)

    def test_quantity_changed(self, shopper: Basket, products: Products, mug: dict[str, Any]) -> None:
        products.change(mug, price="11.50")
        shopper.update(mug, 1)
        assert self.line(shopper)["price_seen"] == "10.00"


class TestCount:
    def test_empty(self, guest: Basket) -> None:
        assert guest.ask("GET", "/count").json() == {"count": 0}

    def test_without_catalog(
        self, guest: Basket, products: Products, settle: Callable[..., None], unused_address: str
    ) -> None:
        guest.add(products.make(), 2)
        guest.add(products.make(), 3)
        settle(catalog=unused_address)
        assert guest.ask("GET", "/count").json() == {"count": 5}


def test_asks_catalog_once(shopper: Basket, guest: Basket, products: Products, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many lines there are, and whatever is done."""
    mug, cup = products.make(), products.make()
    shopper.add(mug)
    asked: list[str] = []
    send = HttpTransport.send

    async def listen(transport: HttpTransport, call: Call, *, seconds: float) -> Answer:
        asked.append(call.path)
        return await send(transport, call, seconds=seconds)

    monkeypatch.setattr(HttpTransport, "send", listen)
    work: list[tuple[Callable[[], object], int]] = [
        (lambda: shopper.add(cup), 1),
        (shopper.show, 1),
        (lambda: shopper.update(mug, 2), 1),
        (lambda: shopper.merge(guest), 1),
        (lambda: shopper.remove(mug), 1),
        (lambda: shopper.ask("GET", "/count"), 0),
        (shopper.stored, 0),
        (lambda: shopper.ask("DELETE", ""), 0),
    ]
    for do, times in work:
        asked.clear()
        do()
        assert asked == ["/internal/products"] * times
