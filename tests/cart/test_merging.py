"""A guest's cart becomes part of a shopper's."""

import asyncio
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import pytest
from redis import Redis

from cart import merging, repository
from cart.domain import Merged, Owner, Seen
from factories.carts import NOWHERE, Basket, Products, at_once, guest_of, quantities
from shopkit import runtime

from .test_shopping import fill

Result = TypeVar("Result")


def merge(shopper: Basket, guest: Basket) -> dict[str, int]:
    merged: dict[str, int] = shopper.merge(guest)["merged"]
    return merged


@pytest.fixture
def mug(products: Products) -> dict[str, Any]:
    return products.make(price="10.00")


@pytest.fixture
def cup(products: Products) -> dict[str, Any]:
    return products.make(price="2.00")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    return runtime.loop().run_until_complete(work)


def arrive(shopper: Basket, guest: Basket) -> None:
    """The guest's lines come into the shopper's cart, and that is as far as it goes."""
    parcel = run(repository.take(Owner(guest.owner), for_shopper=Owner(shopper.owner)))
    assert parcel is not None
    run(repository.receive(parcel))


class TestMerge:
    def test_of_a_guest(self, guest: Basket) -> None:
        assert guest.ask("POST", "/merge", {"from": guest.owner}).status == 401

    @pytest.mark.parametrize("source", [NOWHERE, "guest:x", "", None])
    def test_invalid(self, shopper: Basket, source: str | None) -> None:
        """No shopper's cart can be taken, even if his id is known."""
        reply = shopper.ask("POST", "/merge", {"from": source})
        assert (reply.status, reply.json()["errors"][0]["loc"][1]) == (422, "from")

    def test_nothing(self, shopper: Basket, guest: Basket, mug: dict[str, Any]) -> None:
        shopper.add(mug)
        before = shopper.show()
        assert shopper.merge(guest) == {**before, "merged": {"added": 0, "capped": 0}}

    def test_valid(
        self, shopper: Basket, guest: Basket, mug: dict[str, Any], cup: dict[str, Any], products: Products
    ) -> None:
        bowl = products.make(price="1.00")
        shopper.add(cup, 1)
        for product, qty in ((mug, 2), (cup, 3), (bowl, 1)):
            guest.add(product, qty)
        cart = shopper.merge(guest)
        assert cart["merged"] == {"added": 3, "capped": 0}
        assert quantities(cart) == [(cup["id"], 4), (mug["id"], 2), (bowl["id"], 1)]
        assert (cart["total"], cart["count"]) == ("29.00", 7)
        assert {key: value for key, value in cart.items() if key != "merged"} == shopper.show()

    def test_in_the_order_of_adding(self, shopper: Basket, guest: Basket, products: Products) -> None:
        things = [products.make() for _ in range(6)]
        for thing in things:
            guest.add(thing)
        assert quantities(shopper.merge(guest)) == [(thing["id"], 1) for thing in things]

    def test_leaves_nothing_of_the_guest(
        self, shopper: Basket, guest: Basket, mug: dict[str, Any], redis: Redis
    ) -> None:
        guest.add(mug)
        merge(shopper, guest)
        assert redis.keys() == [f"cart:{shopper.owner}"]

    def test_brings_the_prices_seen(
        self, shopper: Basket, guest: Basket, mug: dict[str, Any], cup: dict[str, Any], products: Products
    ) -> None:
        shopper.add(cup)
        products.change(cup, price="3.00")
        for product in (mug, cup):
            guest.add(product)
        products.change(mug, price="11.00")
        seen = {item["product_id"]: item["price_seen"] for item in shopper.merge(guest)["items"]}
        assert seen == {mug["id"]: "10.00", cup["id"]: "2.00"}

    def test_too_many_of_one(self, shopper: Basket, guest: Basket, mug: dict[str, Any], cup: dict[str, Any]) -> None:
        shopper.add(mug, 999)
        shopper.add(cup, 990)
        for product in (mug, cup):
            guest.add(product, 20)
        cart = shopper.merge(guest)
        assert cart["merged"] == {"added": 1, "capped": 2}
        assert quantities(cart) == [(mug["id"], 999), (cup["id"], 999)]

    def test_too_many_lines(
        self, shopper: Basket, guest: Basket, mug: dict[str, Any], cup: dict[str, Any], redis: Redis
    ) -> None:
        """Who came first gets the last place; what is in the cart already needs none."""
        fill(redis, shopper.owner, 98)
        shopper.add(cup)
        for product in (mug, cup):
            guest.add(product)
        late = guest_of(guest.http)
        fill(redis, late.owner, 1)
        assert merge(shopper, guest) == {"added": 2, "capped": 0}
        assert merge(shopper, late) == {"added": 0, "capped": 1}
        assert len(shopper.show()["items"]) == 100

    def test_twice(self, shopper: Basket, guest: Basket, mug: dict[str, Any]) -> None:
        guest.add(mug, 2)
        once = shopper.merge(guest)
        twice = shopper.merge(guest)
        assert twice == {**once, "merged": {"added": 0, "capped": 0}}

    def test_another_cart_of_the_same_guest(self, shopper: Basket, guest: Basket, mug: dict[str, Any]) -> None:
        guest.add(mug, 2)
        merge(shopper, guest)
        guest.add(mug, 3)
        assert quantities(shopper.merge(guest)) == [(mug["id"], 5)]

    def test_at_once(self, shopper: Basket, guest: Basket, mug: dict[str, Any], cup: dict[str, Any]) -> None:
        from cart.app import app

        guest.add(mug, 2)
        guest.add(cup, 1)
        answers = at_once(app, shopper, [("/merge", {"from": guest.owner})] * 20)
        assert {answer.status_code for answer in answers} == {200}
        assert sum(answer.json()["merged"]["added"] for answer in answers) == 2
        assert quantities(shopper.show()) == [(mug["id"], 2), (cup["id"], 1)]

    def test_while_the_guest_adds(self, shopper: Basket, guest: Basket, mug: dict[str, Any]) -> None:
        """What is added when the lines have left comes over with the next merge: nothing is lost."""
        seen = Seen(mug["sku"], mug["name"], Decimal(mug["price"]), mug["currency"])

        async def together() -> None:
            adding = [repository.add(Owner(guest.owner), UUID(mug["id"]), 1, seen) for _ in range(30)]
            merges = [merging.merge(Owner(shopper.owner), Owner(guest.owner)) for _ in range(10)]
            await asyncio.gather(
                *(each for pair in zip(adding[:10], merges, strict=True) for each in pair), *adding[10:]
            )

        run(together())
        assert shopper.show()["count"] + guest.show()["count"] == 30
        assert quantities(shopper.merge(guest)) == [(mug["id"], 30)]


class TestBrokenOff:
    """A merge that ended between two of its steps, and what comes next."""

    def test_before_arriving(self, shopper: Basket, guest: Basket, mug: dict[str, Any]) -> None:
        guest.add(mug, 2)
        run(repository.take(Owner(guest.owner), for_shopper=Owner(shopper.owner)))
        cart = shopper.merge(guest)
        assert (quantities(cart), cart["merged"]) == ([(mug["id"], 2)], {"added": 1, "capped": 0})

    def test_after_arriving(self, shopper: Basket, guest: Basket, mug: dict[str, Any]) -> None:
        guest.add(mug, 2)
        arrive(shopper, guest)
        cart = shopper.merge(guest)
        assert (quantities(cart), cart["merged"]) == ([(mug["id"], 2)], {"added": 0, "capped": 0})

    def test_then_bought(self, shopper: Basket, guest: Basket, mug: dict[str, Any]) -> None:
        """What has come in does not come again when the cart it came into is empty."""
        guest.add(mug, 2)
        arrive(shopper, guest)
        stored = shopper.stored()
        body = {"cart_id": stored["cart_id"], "version": stored["version"]}
        assert shopper.as_orders("POST", "/empty", body).status == 204
        assert shopper.merge(guest)["items"] == []

    def test_then_more_was_added(
        self, shopper: Basket, guest: Basket, mug: dict[str, Any], cup: dict[str, Any]
    ) -> None:
        guest.add(mug, 2)
        arrive(shopper, guest)
        guest.add(cup)
        cart = shopper.merge(guest)
        assert (quantities(cart), cart["merged"]["added"]) == ([(mug["id"], 2), (cup["id"], 1)], 1)

    def test_then_somebody_else_signs_in(
        self, make_shopper: Callable[[], Basket], guest: Basket, mug: dict[str, Any], cup: dict[str, Any]
    ) -> None:
        """What was on its way to one shopper goes to him, and to nobody else."""
        first, second = make_shopper(), make_shopper()
        guest.add(mug, 2)
        run(repository.take(Owner(guest.owner), for_shopper=Owner(first.owner)))
        guest.add(cup)
        assert second.merge(guest)["merged"] == {"added": 1, "capped": 0}
        assert quantities(first.show()) == [(mug["id"], 2)]
        assert quantities(second.show()) == [(cup["id"], 1)]

    def test_a_late_arrival(self, shopper: Basket, guest: Basket, mug: dict[str, Any]) -> None:
        """A process that was slow delivers what another has delivered meanwhile."""
        guest.add(mug, 2)
        parcel = run(repository.take(Owner(guest.owner), for_shopper=Owner(shopper.owner)))
        assert parcel is not None
        merge(shopper, guest)
        guest.add(mug, 1)
        run(repository.take(Owner(guest.owner), for_shopper=Owner(shopper.owner)))
        assert run(repository.receive(parcel)) == Merged(0, 0)
        run(repository.let_go(Owner(guest.owner), parcel))
        assert quantities(shopper.merge(guest)) == [(mug["id"], 3)]

    def test_what_is_remembered_is_bounded(self, shopper: Basket, mug: dict[str, Any], redis: Redis) -> None:
        for _ in range(60):
            fill(redis, (guest := guest_of(shopper.http)).owner, 1)
            arrive(shopper, guest)
        remembered = redis.hget(f"cart:{shopper.owner}", "merged")
        assert isinstance(remembered, str)
        assert len(remembered.split()) == 50
        assert merge(shopper, guest) == {"added": 0, "capped": 0}
