"""What an owner does with his cart: added to, changed, emptied."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from redis import Redis

from cart.domain import LIFETIME
from factories.carts import NOWHERE, Basket, Products, at_once, internal, quantities
from factories.events import Http, Reply

OPERATIONS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "", None),
    ("GET", "/count", None),
    ("POST", "/add", {"product_id": NOWHERE, "qty": 1}),
    ("POST", "/update", {"product_id": NOWHERE, "qty": 0}),
    ("POST", "/remove", {"product_id": NOWHERE}),
    ("DELETE", "", None),
    ("POST", "/merge", {"from": f"guest:{NOWHERE}"}),
]
EMPTY = {"items": [], "total": "0.00", "currency": "EUR", "count": 0, "checked": True}


def refusal(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.json()["code"]


def fill(redis: Redis, owner: str, lines: int) -> None:
    """Puts so many lines of unknown products into a cart."""
    line = '{"qty": 1, "position": 1, "sku": "S", "name": "N", "price": "1.00", "currency": "EUR"}'
    redis.hset(f"cart:{owner}", mapping={"cart_id": str(uuid.uuid4()), "version": "1"})
    redis.hset(f"cart:{owner}", mapping={f"line:{uuid.uuid4()}": line for _ in range(lines)})


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
class TestEveryOperation:
    def test_through_api_gateway(self, http: Http, shopper: Basket, method: str, path: str, body: Any) -> None:
        headers = {**internal("gateway"), **shopper.identity}
        assert refusal(http(method, f"/cart{path}", json_body=body, headers=headers)) == (404, "not_found")

    def test_without_internal_token(self, http: Http, shopper: Basket, method: str, path: str, body: Any) -> None:
        reply = http(method, f"/cart{path}", json_body=body, headers=shopper.identity, api_id="direct")
        assert refusal(reply) == (401, "unauthenticated")

    def test_another_service(self, http: Http, shopper: Basket, method: str, path: str, body: Any) -> None:
        headers = {**internal("catalog"), **shopper.identity}
        reply = http(method, f"/cart{path}", json_body=body, headers=headers, api_id="direct")
        assert refusal(reply) == (403, "forbidden")

    def test_of_nobody(self, http: Http, method: str, path: str, body: Any) -> None:
        reply = http(method, f"/cart{path}", json_body=body, headers=internal("gateway"), api_id="direct")
        assert refusal(reply) == (401, "unauthenticated")

    @pytest.mark.parametrize(
        "identity", [{"authorization": "Bearer x"}, {"authorization": "Bearer x", "x-cart-owner": f"guest:{NOWHERE}"}]
    )
    def test_bad_token(self, http: Http, identity: dict[str, str], method: str, path: str, body: Any) -> None:
        headers = {**internal("gateway"), **identity}
        reply = http(method, f"/cart{path}", json_body=body, headers=headers, api_id="direct")
        assert refusal(reply) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "owner", ["", "guest:", NOWHERE, "guest:x", f"guest:{NOWHERE}x", f"guest:{NOWHERE}\n", "user:1"]
)
def test_no_guest(http: Http, owner: str) -> None:
    """Only a guest is told by the header: with a shopper's id, whoever knew it would have his cart."""
    headers = {**internal("gateway"), "x-cart-owner": owner}
    assert http("GET", "/cart", headers=headers, api_id="direct").status == 422


class TestAdd:
    @pytest.mark.parametrize(
        ("field", "value"),
        [("qty", 0), ("qty", -1), ("qty", "1"), ("qty", 1.5), ("qty", True), ("qty", None), ("product_id", "x"),
         ("product_id", None), ("price", "0.01")],
    )  # fmt: skip
    def test_invalid(self, shopper: Basket, field: str, value: Any) -> None:
        body = {"product_id": NOWHERE, "qty": 1, field: value}
        reply = shopper.ask("POST", "/add", body)
        assert refusal(reply) == (422, "invalid_request")
        assert [each["loc"][1] for each in reply.json()["errors"]] == [field]

    def test_unknown_product(self, shopper: Basket) -> None:
        assert refusal(shopper.ask("POST", "/add", {"product_id": NOWHERE, "qty": 1})) == (404, "not_found")
        assert shopper.show()["version"] == 0

    def test_inactive_product(self, shopper: Basket, products: Products) -> None:
        product = products.make(is_active=False)
        reply = shopper.ask("POST", "/add", {"product_id": product["id"], "qty": 1})
        assert refusal(reply) == (409, "product_inactive")

    def test_valid(self, shopper: Basket, products: Products) -> None:
        mug, cup = products.make(), products.make(price="2.50")
        shopper.add(mug)
        shopper.add(cup, 2)
        cart = shopper.add(mug, 3)
        assert quantities(cart) == [(mug["id"], 4), (cup["id"], 2)]
        assert (cart["total"], cart["version"], cart["count"]) == ("45.00", 3, 6)
        assert cart == shopper.show()

    @pytest.mark.parametrize(("before", "qty"), [(0, 1000), (0, 10**30), (999, 1), (500, 500)])
    def test_too_many(self, shopper: Basket, products: Products, before: int, qty: int) -> None:
        mug = products.make()
        if before:
            shopper.add(mug, before)
        reply = shopper.ask("POST", "/add", {"product_id": mug["id"], "qty": qty})
        assert (*refusal(reply), reply.json()["limit"]) == (422, "too_many", 999)
        assert shopper.show()["count"] == before

    def test_the_last_line(self, shopper: Basket, products: Products, redis: Redis) -> None:
        fill(redis, shopper.owner, 99)
        mug = products.make()
        assert len(shopper.add(mug)["items"]) == 100
        reply = shopper.ask("POST", "/add", {"product_id": products.make()["id"], "qty": 1})
        assert (*refusal(reply), reply.json()["limit"]) == (422, "cart_full", 100)
        assert shopper.add(mug)["items"][-1]["qty"] == 2

    def test_at_once(self, shopper: Basket, products: Products) -> None:
        from cart.app import app

        mug, cup = products.make(), products.make()
        requests = [("/add", {"product_id": each["id"], "qty": 1}) for each in [mug, cup] * 25]
        answers = at_once(app, shopper, requests)
        assert {answer.status_code for answer in answers} == {200}
        assert sorted(answer.json()["version"] for answer in answers) == list(range(1, 51))
        assert {item["qty"] for item in shopper.show()["items"]} == {25}

    def test_last_lines_at_once(self, shopper: Basket, products: Products, redis: Redis) -> None:
        """Of ten that see room for two lines, two get in."""
        from cart.app import app

        fill(redis, shopper.owner, 98)
        requests = [("/add", {"product_id": products.make()["id"], "qty": 1}) for _ in range(10)]
        statuses = [answer.status_code for answer in at_once(app, shopper, requests)]
        assert (statuses.count(200), statuses.count(422)) == (2, 8)
        assert len(shopper.show()["items"]) == 100


class TestUpdate:
    @pytest.mark.parametrize(("field", "value"), [("qty", -1), ("qty", "1"), ("qty", None), ("product_id", "x")])
    def test_invalid(self, shopper: Basket, field: str, value: Any) -> None:
        body = {"product_id": NOWHERE, "qty": 1, field: value}
        assert refusal(shopper.ask("POST", "/update", body)) == (422, "invalid_request")

    def test_not_in_cart(self, shopper: Basket) -> None:
        assert refusal(shopper.ask("POST", "/update", {"product_id": NOWHERE, "qty": 1})) == (404, "not_in_cart")

    def test_too_many(self, shopper: Basket, products: Products) -> None:
        mug = products.make()
        shopper.add(mug)
        reply = shopper.ask("POST", "/update", {"product_id": mug["id"], "qty": 1000})
        assert refusal(reply) == (422, "too_many")

    def test_valid(self, shopper: Basket, products: Products) -> None:
        mug, cup = products.make(), products.make()
        shopper.add(mug, 5)
        shopper.add(cup)
        cart = shopper.update(mug, 999)
        assert (quantities(cart), cart["version"]) == ([(mug["id"], 999), (cup["id"], 1)], 3)

    def test_the_same(self, shopper: Basket, products: Products) -> None:
        mug = products.make()
        shopper.add(mug, 5)
        assert shopper.update(mug, 5)["version"] == 1

    def test_zero(self, shopper: Basket, products: Products) -> None:
        mug, cup = products.make(), products.make()
        shopper.add(mug, 5)
        shopper.add(cup)
        assert quantities(shopper.update(mug, 0)) == [(cup["id"], 1)]

    def test_zero_of_what_is_not_there(self, shopper: Basket) -> None:
        reply = shopper.ask("POST", "/update", {"product_id": NOWHERE, "qty": 0})
        assert (reply.status, reply.json()["version"]) == (200, 0)


class TestRemove:
    def test_invalid(self, shopper: Basket) -> None:
        assert shopper.ask("POST", "/remove", {"product_id": "x"}).status == 422

    def test_not_in_cart(self, shopper: Basket, products: Products) -> None:
        shopper.add(products.make())
        assert shopper.remove({"id": NOWHERE})["version"] == 1

    def test_valid(self, shopper: Basket, products: Products) -> None:
        mug, cup = products.make(), products.make()
        shopper.add(mug)
        shopper.add(cup)
        cart = shopper.remove(mug)
        assert (quantities(cart), cart["version"]) == ([(cup["id"], 1)], 3)

    def test_the_last(self, shopper: Basket, products: Products) -> None:
        """An empty cart is another cart, whose version goes on."""
        mug = products.make()
        shopper.add(mug)
        before = shopper.stored()["cart_id"]
        assert shopper.remove(mug) == {**EMPTY, "version": 2}
        shopper.add(mug)
        after = shopper.stored()
        assert (after["version"], after["cart_id"] != before) == (3, True)


class TestEmpty:
    def test_empty(self, shopper: Basket) -> None:
        assert shopper.ask("DELETE", "").json() == {**EMPTY, "version": 0}

    def test_valid(self, shopper: Basket, products: Products) -> None:
        mug = products.make()
        shopper.add(mug)
        shopper.add(products.make())
        before = shopper.stored()["cart_id"]
        assert shopper.ask("DELETE", "").json() == {**EMPTY, "version": 3}
        assert shopper.ask("DELETE", "").json()["version"] == 3
        shopper.add(mug)
        assert shopper.stored()["cart_id"] != before


class TestLifetime:
    def test_renewed_with_each_change(self, shopper: Basket, products: Products, redis: Redis) -> None:
        mug, key, days = products.make(), f"cart:{shopper.owner}", int(LIFETIME.total_seconds())
        changes: list[Callable[[], object]] = [
            lambda: shopper.add(mug, 2),
            lambda: shopper.add(mug),
            lambda: shopper.update(mug, 1),
            lambda: shopper.remove(mug),
        ]
        for change in changes:
            change()
            assert days - 5 < redis.ttl(key) <= days
            redis.expire(key, 60)

    def test_reading_renews_nothing(self, shopper: Basket, products: Products, redis: Redis) -> None:
        shopper.add(products.make())
        redis.expire(f"cart:{shopper.owner}", 60)
        shopper.show()
        assert redis.ttl(f"cart:{shopper.owner}") <= 60
