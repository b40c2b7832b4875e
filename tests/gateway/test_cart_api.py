"""The cart as programs use it: JSON in, JSON out, by cookie or Bearer token."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from factories.events import Http, Reply
from factories.visit import Visit
from gateway import badge, guests

MakeProduct = Callable[..., dict[str, Any]]
Places = Callable[..., None]
VERBS = ("/cart/add", "/cart/update", "/cart/remove")
NOWHERE = "00000000-0000-4000-8000-000000000000"


def lines(reply: Reply) -> list[tuple[str, int]]:
    """What the cart holds: products and how many."""
    assert reply.status == 200, reply.text
    return [(item["product_id"], item["qty"]) for item in reply.json()["items"]]


def cookies_of(reply: Reply) -> dict[str, str]:
    """The answer's lines of Set-Cookie, by the cookie's name."""
    return {line.partition("=")[0]: line for line in reply.cookies}


def add(visit: Visit, product: dict[str, Any], qty: int = 1) -> Reply:
    reply = visit.send("POST", "/cart/add", {"product_id": product["id"], "qty": qty})
    assert reply.status == 200, reply.text
    return reply


class TestShowCart:
    def test_guest_without_a_cart(self, nobody: Visit) -> None:
        reply = nobody.send("GET", "/api/cart")
        assert lines(reply) == []
        assert (reply.json()["total"], reply.json()["currency"]) == ("0.00", "EUR")
        assert guests.COOKIE not in nobody.cookies
        assert reply.headers["cache-control"] == "no-store"

    def test_shopper(self, shopper: Visit, make_product: MakeProduct) -> None:
        product = make_product(name="Mug", price="12.50")
        add(shopper, product, 2)
        cart = shopper.send("GET", "/api/cart").json()
        assert cart["items"][0].items() >= {
            "product_id": product["id"], "sku": product["sku"], "name": "Mug", "qty": 2, "unit_price": "12.50",
            "line_total": "25.00", "available": True, "notice": None,
        }.items()  # fmt: skip
        assert cart.items() >= {"total": "25.00", "currency": "EUR", "version": 1}.items()

    def test_shopper_by_bearer(self, http: Http, shopper: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        add(shopper, product)
        assert lines(http("GET", "/api/cart", token=shopper.cookies["access_token"])) == [(product["id"], 1)]

    @pytest.mark.parametrize(("method", "path"), [("GET", "/api/cart"), ("POST", "/cart/add")])
    def test_bad_bearer(self, http: Http, shopper: Visit, method: str, path: str) -> None:
        reply = http(method, path, json_body={}, token="nonsense", cookies=shopper.cookies)
        assert (reply.status, reply.json()["code"]) == (401, "unauthenticated")
        assert reply.headers["www-authenticate"] == "Bearer"

    def test_head(self, nobody: Visit) -> None:
        assert nobody.send("HEAD", "/api/cart").status == 200

    def test_other_method(self, nobody: Visit) -> None:
        reply = nobody.send("POST", "/api/cart", {})
        assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, DELETE")
        reply = nobody.send("GET", "/cart/add")
        assert (reply.status, reply.headers["allow"]) == (405, "POST")


class TestAddProduct:
    def test_quantities_add_up(self, shopper: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        add(shopper, product, 2)
        assert lines(add(shopper, product, 3)) == [(product["id"], 5)]

    def test_by_bearer(self, http: Http, shopper_token: str, make_product: MakeProduct) -> None:
        product = make_product()
        body = {"product_id": product["id"], "qty": 1}
        reply = http("POST", "/cart/add", json_body=body, token=shopper_token)
        assert (product["id"], 1) in lines(reply)
        assert guests.COOKIE not in cookies_of(reply)

    def test_from_another_site(self, http: Http, shopper: Visit, make_product: MakeProduct) -> None:
        body = {"product_id": make_product()["id"], "qty": 1}
        for said in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            reply = http("POST", "/cart/add", json_body=body, cookies=shopper.cookies, headers=said)
            assert reply.status == 403
        assert lines(shopper.send("GET", "/api/cart")) == []

    @pytest.mark.parametrize(
        "wrong",
        [{"qty": 0}, {"qty": 1000}, {"qty": "2"}, {"qty": 1.5}, {"qty": None}, {"product_id": "x"}, {"price": 1}],
    )
    def test_invalid(self, shopper: Visit, make_product: MakeProduct, wrong: dict[str, Any]) -> None:
        body = {"product_id": make_product()["id"], "qty": 1, **wrong}
        reply = shopper.send("POST", "/cart/add", body)
        assert reply.status == 422
        assert reply.headers["content-type"] == "application/problem+json"

    def test_no_json(self, http: Http) -> None:
        reply = http("POST", "/cart/add", body=b"{", headers={"content-type": "application/json"})
        assert reply.status == 422

    def test_unknown_product(self, nobody: Visit) -> None:
        reply = nobody.send("POST", "/cart/add", {"product_id": NOWHERE, "qty": 1})
        assert (reply.status, reply.json()["code"]) == (404, "not_found")
        assert nobody.cookies == {}

    def test_switched_off(self, nobody: Visit, make_product: MakeProduct) -> None:
        product = make_product(is_active=False)
        reply = nobody.send("POST", "/cart/add", {"product_id": product["id"], "qty": 1})
        assert (reply.status, reply.json()["code"]) == (409, "product_inactive")

    def test_too_large(self, http: Http) -> None:
        reply = http("POST", "/cart/add", json_body={"x": "x" * 10_000})
        assert (reply.status, reply.json()["code"]) == (413, "content_too_large")

    def test_a_caller_cannot_name_the_owner(self, http: Http, nobody: Visit, make_product: MakeProduct) -> None:
        add(nobody, make_product())
        guest = nobody.cookies[guests.COOKIE].partition(".")[0]
        assert lines(http("GET", "/api/cart", headers={"x-cart-owner": f"guest:{guest}"})) == []


class TestChangeCart:
    def test_update(self, shopper: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        add(shopper, product)
        body = {"product_id": product["id"], "qty": 4}
        assert lines(shopper.send("POST", "/cart/update", body)) == [(product["id"], 4)]
        assert lines(shopper.send("POST", "/cart/update", {**body, "qty": 0})) == []

    def test_update_of_what_is_not_there(self, nobody: Visit, make_product: MakeProduct) -> None:
        reply = nobody.send("POST", "/cart/update", {"product_id": make_product()["id"], "qty": 4})
        assert (reply.status, reply.json()["code"]) == (404, "not_in_cart")

    def test_remove(self, shopper: Visit, make_product: MakeProduct) -> None:
        product, other = make_product(), make_product()
        add(shopper, product)
        add(shopper, other)
        assert lines(shopper.send("POST", "/cart/remove", {"product_id": product["id"]})) == [(other["id"], 1)]
        assert shopper.send("POST", "/cart/remove", {"product_id": product["id"], "qty": 1}).status == 422

    def test_empty(self, shopper: Visit, make_product: MakeProduct) -> None:
        add(shopper, make_product())
        assert lines(shopper.send("DELETE", "/api/cart")) == []
        assert lines(shopper.send("GET", "/api/cart")) == []


class TestGuest:
    def test_is_known_once_something_is_added(self, nobody: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        reply = add(nobody, product)
        line = cookies_of(reply)[guests.COOKIE]
        assert re.search(r"; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax; Secure$", line)
        add(nobody, product)
        assert lines(nobody.send("GET", "/api/cart")) == [(product["id"], 2)]

    def test_cookies_suit_the_scheme_that_the_visitor_uses(self, http: Http, make_product: MakeProduct) -> None:
        body = {"product_id": make_product()["id"], "qty": 1}
        reply = http("POST", "/cart/add", json_body=body, headers={"x-forwarded-proto": "http"})
        assert len(reply.cookies) == 2
        assert all(line.endswith("; SameSite=Lax") for line in reply.cookies)

    def test_has_a_cart_of_its_own(self, http: Http, nobody: Visit, make_product: MakeProduct) -> None:
        add(nobody, make_product())
        assert lines(http("GET", "/api/cart")) == []

    def test_the_cookie_lasts_from_the_last_visit(self, nobody: Visit, make_product: MakeProduct) -> None:
        first = cookies_of(add(nobody, make_product()))[guests.COOKIE]
        assert cookies_of(nobody.send("GET", "/api/cart"))[guests.COOKIE] == first

    @pytest.mark.parametrize(
        "forge", ["{0}", "{0}.", "{0}.00ff", "{1}.{2}", ".{2}", "{0}.ä", "x", '"{0}\\015\\012x: y"']
    )
    def test_forged(self, http: Http, nobody: Visit, make_product: MakeProduct, forge: str) -> None:
        product = make_product()
        add(nobody, product)
        guest, _, signature = nobody.cookies[guests.COOKIE].partition(".")
        forged = {guests.COOKIE: forge.format(guest, NOWHERE, signature)}
        assert lines(http("GET", "/api/cart", cookies=forged)) == []
        reply = http("POST", "/cart/add", json_body={"product_id": product["id"], "qty": 1}, cookies=forged)
        assert lines(reply) == [(product["id"], 1)]
        assert guest not in cookies_of(reply)[guests.COOKIE]


class TestUnavailable:
    @pytest.mark.parametrize("asked", ["GET /api/cart", "DELETE /api/cart", *(f"POST {verb}" for verb in VERBS)])
    def test_cart_dead(
        self, nobody: Visit, places: Places, dead_address: str, make_product: MakeProduct, asked: str
    ) -> None:
        product, (method, path) = make_product(), asked.split()
        places(cart=dead_address)
        reply = nobody.send(method, path, {"product_id": product["id"], "qty": 1} if method == "POST" else None)
        assert (reply.status, reply.json()["detail"]) == (503, "cart unavailable")
        assert reply.headers["retry-after"] == "1"
        assert nobody.cookies == {}

    def test_while_it_is_in_doubt_whose_cart_it_is(
        self, http: Http, shopper: Visit, places: Places, dead_address: str
    ) -> None:
        del shopper.cookies["access_token"]
        places(auth=dead_address)
        reply = http("GET", "/api/cart", cookies=shopper.cookies)
        assert (reply.status, reply.json()["detail"]) == (503, "auth unavailable")


class TestBadge:
    def test_every_answer_tells_the_browser(self, nobody: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        add(nobody, product, 3)
        assert nobody.cookies[badge.COOKIE] == "3"
        nobody.send("POST", "/cart/remove", {"product_id": product["id"]})
        assert nobody.cookies[badge.COOKIE] == "0"
