"""Who signs in brings along what he has put aside as a guest."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from factories.cart_pages import put, quantities, shown_count
from factories.events import Http
from factories.visit import HTML, Visit
from gateway import guests, merging

MakeProduct = Callable[..., dict[str, Any]]
Places = Callable[..., None]
SignIn = Callable[[Visit], None]
NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def signs_in(http: Http, shopper: Visit) -> SignIn:
    """Makes a visitor the shopper, as signing in would."""

    def sign_in(visit: Visit) -> None:
        visit.cookies["access_token"] = shopper.cookies["access_token"]

    return sign_in


class TestSignIn:
    def test_brings_the_guests_cart_along_and_says_so_once(
        self, nobody: Visit, shopper: Visit, signs_in: SignIn, make_product: MakeProduct
    ) -> None:
        product = make_product()
        put(shopper, product, 1)
        put(nobody, product, 2)
        put(nobody, make_product(), 4)
        signs_in(nobody)
        page = nobody.get("/")
        assert "2 products from before you signed in are in your cart." in page.text
        assert shown_count(page) == "7"
        assert guests.COOKIE not in nobody.cookies
        assert merging.NOTE not in nobody.cookies
        assert "before you signed in" not in nobody.get("/").text
        assert quantities(shopper.get("/cart")) == [3, 4]

    def test_by_the_form(self, nobody: Visit, make_product: MakeProduct) -> None:
        put(nobody, make_product(), 2)
        nobody.sign_in("admin@example.com", "admin123")
        page = nobody.get("/admin")
        assert "1 product from before you signed in is in your cart." in page.text
        nobody.send("DELETE", "/api/cart")

    @pytest.mark.parametrize("path", ["/api/cart", "/api/products"])
    def test_what_the_api_brought_along_waits_for_a_page(
        self, nobody: Visit, signs_in: SignIn, make_product: MakeProduct, path: str
    ) -> None:
        put(nobody, make_product())
        signs_in(nobody)
        assert nobody.send("GET", path).status == 200
        assert guests.COOKIE not in nobody.cookies
        assert nobody.cookies[merging.NOTE] == "1.0"
        assert "1 product from before you signed in is in your cart." in nobody.get("/cart").text
        assert merging.NOTE not in nobody.cookies

    def test_by_bearer(self, http: Http, nobody: Visit, shopper: Visit, make_product: MakeProduct) -> None:
        product = make_product()
        put(nobody, product)
        reply = http("GET", "/api/cart", token=shopper.cookies["access_token"], cookies=nobody.cookies)
        assert [item["product_id"] for item in reply.json()["items"]] == [product["id"]]
        assert guests.FORGOTTEN in reply.cookies

    def test_again_with_the_same_cookie(self, nobody: Visit, signs_in: SignIn, make_product: MakeProduct) -> None:
        put(nobody, make_product(), 2)
        signs_in(nobody)
        kept = dict(nobody.cookies)
        nobody.get("/")
        nobody.cookies = kept
        page = nobody.get("/cart")
        assert quantities(page) == [2]
        assert "before you signed in" not in page.text

    def test_with_more_than_fits(
        self, nobody: Visit, shopper: Visit, signs_in: SignIn, make_product: MakeProduct
    ) -> None:
        product = make_product()
        put(shopper, product, 999)
        put(nobody, product, 2)
        signs_in(nobody)
        assert "has no room in your cart" in nobody.get("/").text
        assert quantities(shopper.get("/cart")) == [999]

    def test_capped(self, nobody: Visit, shopper: Visit, signs_in: SignIn, make_product: MakeProduct) -> None:
        product = make_product()
        put(shopper, product, 998)
        put(nobody, product, 2)
        signs_in(nobody)
        assert "not all of it could come along" in unescape(nobody.get("/").text)

    @pytest.mark.parametrize("cookie", ["x", f"{NOWHERE}.00ff"])
    def test_with_a_forged_cookie(self, shopper: Visit, cookie: str) -> None:
        shopper.cookies[guests.COOKIE] = cookie
        assert "Your cart is empty." in shopper.get("/cart").text

    def test_while_cart_is_away(
        self,
        nobody: Visit,
        signs_in: SignIn,
        places: Places,
        dead_address: str,
        make_product: MakeProduct,
    ) -> None:
        put(nobody, make_product(), 2)
        signs_in(nobody)
        places(cart=dead_address)
        assert nobody.get("/").status == 200
        assert guests.COOKIE in nobody.cookies
        places()
        assert quantities(nobody.get("/cart")) == [2]

    @pytest.mark.parametrize("note", ["", "x", "1", "1.x", "1000.1", "-1.0", "<b>.1"])
    def test_news_that_are_none(self, http: Http, note: str) -> None:
        reply = http("GET", "/", headers=HTML, cookies={merging.NOTE: note})
        assert "before you signed in" not in reply.text
        assert "<b>.1" not in reply.text
