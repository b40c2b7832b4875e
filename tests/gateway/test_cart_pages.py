"""The cart as visitors see it, and forms that change it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from factories.cart_pages import put, quantities, shown_count
from factories.events import Http
from factories.visit import HTML, Visit
from gateway import badge, guests

MakeProduct = Callable[..., dict[str, Any]]
Places = Callable[..., None]
NOWHERE = "00000000-0000-4000-8000-000000000000"


class TestShow:
    def test_empty(self, nobody: Visit) -> None:
        page = nobody.get("/cart")
        assert page.status == 200
        assert "Your cart is empty." in page.text
        assert '<a class="btn btn-primary" href="/">' in page.text

    def test_lines(self, nobody: Visit, make_product: MakeProduct) -> None:
        mug = make_product(name="Mug <1>", handle="mug", price="1200.00", options={"Size": "L", "Colour": "Red"})
        put(nobody, mug, 2)
        put(nobody, make_product(price="0.50"), 1)
        page = nobody.get("/cart")
        for shown in ("Mug &lt;1&gt;", "L, Red", "€1,200.00", "€2,400.00", "€2,400.50"):
            assert shown in page.text
        assert f'href="/products/mug?variant={mug["id"]}"' in page.text
        assert "/placeholder/mug.svg" in page.text
        assert quantities(page) == [2, 1]

    def test_tells_what_has_changed(
        self, http: Http, nobody: Visit, admin_token: str, make_product: MakeProduct
    ) -> None:
        changes: list[dict[str, Any]] = [{"is_active": False}, {"price": "11.00"}, {}]
        products = [make_product(name=name, stock=stock) for name, stock in (("Gone", 5), ("Dearer", 5), ("Few", 2))]
        for product, change in zip(products, changes, strict=True):
            put(nobody, product, 3)
            http("PATCH", f"/api/products/{product['id']}", json_body=change, token=admin_token)
        page = nobody.get("/cart")
        for notice in ("No longer available.", "The price was 10.00 EUR", "now it is 11.00 EUR", "Only 2 left."):
            assert notice in page.text
        assert quantities(page) == [3, 3]
        assert "What is not available is not counted" in page.text

    def test_catalog_dead(
        self, nobody: Visit, cart_without_catalog: str, places: Places, make_product: MakeProduct
    ) -> None:
        put(nobody, make_product(name="Mug"))
        places(cart=cart_without_catalog)
        page = nobody.get("/cart")
        assert page.status == 200
        assert page.text.count("cannot be checked just now") == 1
        assert quantities(page) == [1]

    def test_cart_dead(self, nobody: Visit, places: Places, dead_address: str) -> None:
        places(cart=dead_address)
        page = nobody.get("/cart")
        assert page.status == 200
        assert "Your cart is unavailable just now" in page.text

    def test_policy_is_as_strict_as_elsewhere(self, nobody: Visit) -> None:
        policy = nobody.get("/cart").headers["content-security-policy"]
        assert policy == nobody.get("/").headers["content-security-policy"]


class TestAdd:
    def test_goes_on_to_the_cart(self, shopper: Visit, make_product: MakeProduct) -> None:
        reply = put(shopper, make_product(), 2)
        assert (reply.status, reply.headers["location"]) == (303, "/cart")
        assert quantities(shopper.get("/cart")) == [2]

    @pytest.mark.parametrize(("target", "location"), [("/?q=mug", "/?q=mug"), ("//evil.example", "/cart")])
    def test_or_back_to_a_page_of_ours(
        self, nobody: Visit, make_product: MakeProduct, target: str, location: str
    ) -> None:
        product = make_product()
        nobody.get(f"/products/{product['handle']}")
        reply = nobody.post("/cart/add", {"product_id": product["id"], "qty": "1", "next": target})
        assert (reply.status, reply.headers["location"]) == (303, location)

    @pytest.mark.parametrize("fields", [{}, {"csrf_token": "made.up"}])
    def test_without_its_token(self, http: Http, make_product: MakeProduct, fields: dict[str, str]) -> None:
        form = {"product_id": make_product()["id"], "qty": "1", **fields}
        reply = http("POST", "/cart/add", form=form, headers=HTML)
        assert reply.status == 403
        assert "This page was open for too long." in reply.text
        assert "Your cart is empty." in reply.text

    @pytest.mark.parametrize("qty", ["", "0", "-1", "1.5", "many", "1000", "٣", "9" * 5000])
    def test_quantity_that_is_none(self, nobody: Visit, make_product: MakeProduct, qty: str) -> None:
        product = make_product()
        nobody.get(f"/products/{product['handle']}")
        reply = nobody.post("/cart/add", {"product_id": product["id"], "qty": qty})
        assert reply.status == 400
        assert "Choose a quantity from 1 to 999." in reply.text
        assert guests.COOKIE not in nobody.cookies

    def test_more_than_a_cart_holds(self, nobody: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        put(nobody, product, 600)
        reply = put(nobody, product, 600)
        assert reply.status == 400
        assert "A cart holds at most 999 of one product." in reply.text
        assert quantities(reply) == [600]

    @pytest.mark.parametrize(
        ("product_id", "status", "words"),
        [(NOWHERE, 404, "There is no such product."), ("x", 400, "We do not know this product.")],
    )
    def test_unknown_product(
        self, nobody: Visit, make_product: MakeProduct, product_id: str, status: int, words: str
    ) -> None:
        nobody.get(f"/products/{make_product()['handle']}")
        reply = nobody.post("/cart/add", {"product_id": product_id, "qty": "1"})
        assert reply.status == status
        assert words in reply.text

    def test_cart_dead(self, nobody: Visit, places: Places, dead_address: str, make_product: MakeProduct) -> None:
        product = make_product()
        places(cart=dead_address)
        reply = put(nobody, product)
        assert reply.status == 503
        assert "Your cart cannot be reached just now." in reply.text

    def test_the_form_stands_where_there_is_stock(self, nobody: Visit, make_product: MakeProduct) -> None:
        make_product(handle="mug", stock=3)
        make_product(handle="pan", stock=0)
        assert 'action="/cart/add"' in nobody.get("/products/mug").text
        assert re.search(r'name="qty" type="number"[^>]* min="1" max="3"', nobody.get("/products/mug").text)
        assert 'action="/cart/add"' not in nobody.get("/products/pan").text


class TestChange:
    def test_update(self, nobody: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        put(nobody, product)
        nobody.get("/cart")
        assert nobody.post("/cart/update", {"product_id": product["id"], "qty": "4"}).headers["location"] == "/cart"
        assert quantities(nobody.get("/cart")) == [4]
        nobody.post("/cart/update", {"product_id": product["id"], "qty": "0"})
        assert "Your cart is empty." in nobody.get("/cart").text

    def test_update_of_what_is_gone(self, nobody: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        put(nobody, product)
        nobody.get("/cart")
        nobody.post("/cart/remove", {"product_id": product["id"]})
        reply = nobody.post("/cart/update", {"product_id": product["id"], "qty": "4"})
        assert reply.status == 404
        assert "This product is not in the cart." in reply.text

    def test_remove(self, nobody: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        put(nobody, product)
        put(nobody, make_product(), 3)
        nobody.get("/cart")
        assert nobody.post("/cart/remove", {"product_id": product["id"]}).headers["location"] == "/cart"
        assert quantities(nobody.get("/cart")) == [3]


class TestBadge:
    def test_stands_on_every_page(self, nobody: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        assert shown_count(nobody.get("/")) == ""
        put(nobody, product, 3)
        for path in ("/", "/cart", f"/products/{product['handle']}", "/login", "/nowhere"):
            assert shown_count(nobody.get(path)) == "3", path

    def test_costs_no_call(self, nobody: Visit, places: Places, dead_address: str, make_product: MakeProduct) -> None:
        put(nobody, make_product(), 2)
        places(cart=dead_address)
        assert shown_count(nobody.get("/")) == "2"

    def test_follows_what_the_page_itself_has_seen(self, http: Http, nobody: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        put(nobody, product, 2)
        stale = {**nobody.cookies, badge.COOKIE: "7"}
        assert shown_count(http("GET", "/cart", headers=HTML, cookies=stale)) == "2"

    @pytest.mark.parametrize("told", ["", "x", "-1", "1e3", "1234567", "²", "<b>"])
    def test_believes_only_numbers(self, http: Http, told: str) -> None:
        assert shown_count(http("GET", "/", headers=HTML, cookies={badge.COOKIE: told})) == ""

    def test_large_number(self, http: Http) -> None:
        assert shown_count(http("GET", "/", headers=HTML, cookies={badge.COOKIE: "4000"})) == "999+"

    def test_goes_with_signing_out(self, shopper: Visit, make_product: MakeProduct) -> None:
        put(shopper, make_product())
        shopper.get("/")
        shopper.post("/logout", {})
        assert badge.COOKIE not in shopper.cookies
        assert shown_count(shopper.get("/")) == ""

    def test_is_there_after_signing_in_elsewhere(self, admin: Visit, nobody: Visit, make_product: MakeProduct) -> None:
        admin.send("DELETE", "/api/cart")
        put(admin, make_product(), 2)
        nobody.sign_in("admin@example.com", "admin123")
        assert shown_count(nobody.get("/")) == "2"

    def test_signing_in_while_cart_is_away(self, nobody: Visit, places: Places, dead_address: str) -> None:
        places(cart=dead_address)
        assert nobody.sign_in("admin@example.com", "admin123").status == 303
        assert badge.COOKIE not in nobody.cookies
        assert shown_count(nobody.get("/")) == ""
