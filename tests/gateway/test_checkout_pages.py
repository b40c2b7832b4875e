"""The checkout as a shopper without scripts goes through it."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from factories.cart_pages import put, shown_count
from factories.events import Http, Reply
from factories.purchases import ADDRESS, fill
from factories.visit import HTML, Visit

MakeProduct = Callable[..., dict[str, Any]]
Places = Callable[..., None]
Answering = Callable[[bytes], tuple[str, list[bytes]]]


def send(visit: Visit, **fields: str) -> Reply:
    """Send the checkout's form, which was seen last, with what it is filled with."""
    form = {"idempotency_key": visit.value_of("idempotency_key"), "shipping_method": "pickup", **fields}
    return visit.post("/order/create", form)


def error_of(page: Reply, field: str) -> str:
    """What is said beside a field."""
    found = re.search(rf'id="{field}-error">([^<]*)<', page.text)
    return found[1] if found else ""


def orders_of(visit: Visit) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = visit.send("GET", "/api/orders").json()["items"]
    return items


class TestShow:
    def test_guest_signs_in_first(self, nobody: Visit, make_product: MakeProduct) -> None:
        put(nobody, make_product(name="Mug"))
        reply = nobody.get("/checkout")
        assert (reply.status, reply.headers["location"]) == (303, "/login?next=%2Fcheckout")
        nobody.get("/register?next=/checkout")
        sent = {"email": f"guest-{id(nobody)}@example.com", "password": "correct horse"}
        assert nobody.post("/register?next=/checkout", sent).headers["location"] == "/checkout"
        assert "Mug" in nobody.get("/checkout").text

    def test_empty_cart(self, shopper: Visit) -> None:
        reply = shopper.get("/checkout")
        assert (reply.status, reply.headers["location"]) == (303, "/cart")

    def test_what_is_bought_and_how_it_comes(self, shopper: Visit, make_product: MakeProduct) -> None:
        fill(shopper, make_product(name="Mug <1>", price="1200.00"), 2)
        page = shopper.get("/checkout")
        assert page.status == 200
        for shown in (
            "Mug &lt;1&gt;",
            "€1,200.00",
            "€2,400.00",
            "Pick up in the shop",
            "free",
            "€2,404.90 in all",
        ):
            assert shown in page.text, shown
        for field in ("name", "line1", "line2", "postcode", "city", "country"):
            assert f'id="{field}" name="{field}"' in page.text
        assert 'autocomplete="shipping postal-code"' in page.text
        assert '<option value="DE">Germany</option>' in page.text

    def test_every_form_has_a_key_of_its_own(self, shopper: Visit, make_product: MakeProduct) -> None:
        fill(shopper, make_product())
        keys = set()
        for _ in range(2):
            shopper.get("/checkout")
            keys.add(shopper.value_of("idempotency_key"))
        assert len(keys) == 2
        assert all(16 <= len(key) <= 255 for key in keys)

    @pytest.mark.parametrize(
        ("change", "words"),
        [({"is_active": False}, "No longer available. Remove it"), ({"stock": 1}, "Only 1 left. Take fewer")],
    )
    def test_what_cannot_be_bought_stands_in_the_way(
        self,
        http: Http,
        shopper: Visit,
        admin_token: str,
        make_product: MakeProduct,
        change: dict[str, Any],
        words: str,
    ) -> None:
        product = make_product(stock=change.get("stock", 5))
        fill(shopper, product, 2)
        if "is_active" in change:
            http("PATCH", f"/api/products/{product['id']}", json_body=change, token=admin_token)
        page = shopper.get("/checkout")
        assert page.status == 200
        assert words in page.text
        assert 'action="/order/create"' not in page.text
        assert '<a class="btn btn-primary btn-lg w-100" href="/cart">' in page.text

    @pytest.mark.parametrize("away", ["orders", "cart"])
    def test_dead(
        self, shopper: Visit, places: Places, dead_address: str, make_product: MakeProduct, away: str
    ) -> None:
        fill(shopper, make_product())
        places(**{away: dead_address})
        page = shopper.get("/checkout")
        assert page.status == 200
        assert "Orders cannot be taken just now" in page.text
        assert 'action="/order/create"' not in page.text


class TestPlace:
    def test_picked_up(self, shopper: Visit, make_product: MakeProduct) -> None:
        put(shopper, make_product(), 2)
        shopper.get("/checkout")
        reply = send(shopper)
        [placed] = orders_of(shopper)
        assert (reply.status, reply.headers["location"]) == (303, f"/orders/{placed['order_id']}")
        assert placed["shipping_method"] == "pickup"
        assert shown_count(shopper.get("/orders")) == ""

    def test_sent(self, shopper: Visit, make_product: MakeProduct) -> None:
        fill(shopper, make_product())
        shopper.get("/checkout")
        assert send(shopper, shipping_method="standard", **ADDRESS).status == 303
        [placed] = orders_of(shopper)
        assert (placed["shipping"], placed["shipping_address"]["city"]) == ("4.90", "Berlin")

    def test_twice(self, shopper: Visit, make_product: MakeProduct) -> None:
        fill(shopper, make_product())
        shopper.get("/checkout")
        first, second = send(shopper), send(shopper)
        assert first.headers["location"] == second.headers["location"]
        assert len(orders_of(shopper)) == 1

    def test_nobody(self, http: Http) -> None:
        reply = http("POST", "/order/create", form={"shipping_method": "pickup"}, headers=HTML)
        assert (reply.status, reply.headers["location"]) == (303, "/login?next=%2Fcheckout")

    def test_without_its_token(self, http: Http, shopper: Visit, make_product: MakeProduct) -> None:
        fill(shopper, make_product())
        form = {"shipping_method": "pickup", "idempotency_key": "k" * 20}
        reply = http("POST", "/order/create", form=form, headers=HTML, cookies=shopper.cookies)
        assert reply.status == 403
        assert "This page was open for too long." in reply.text
        assert orders_of(shopper) == []

    @pytest.mark.parametrize("key", ["", "short", "k" * 256, "\u20ac" * 16, "k" * 16 + "\r\nx-evil: 1"])
    def test_a_key_that_is_not_ours(self, shopper: Visit, make_product: MakeProduct, key: str) -> None:
        """Without one, pressing the button twice might order twice; the page that comes back has a good one."""
        fill(shopper, make_product())
        shopper.get("/checkout")
        reply = send(shopper, idempotency_key=key)
        assert reply.status == 400
        assert "This page was not complete. Nothing was ordered; please press the button once more." in reply.text
        assert orders_of(shopper) == []
        assert send(shopper).status == 303

    def test_what_is_missing_is_told_beside_its_field(self, shopper: Visit, make_product: MakeProduct) -> None:
        fill(shopper, make_product())
        shopper.get("/checkout")
        page = send(shopper, shipping_method="standard", name="Ada <Lovelace>")
        assert page.status == 400
        assert error_of(page, "line1") == "Which street and number?"
        assert shopper.value_of("name") == "Ada <Lovelace>"
        assert re.search(r'value="standard" required checked', page.text)
        assert orders_of(shopper) == []

    @pytest.mark.parametrize(
        ("fields", "field"),
        [({"postcode": "nonsense"}, "postcode"), ({"postcode": ""}, "postcode"), ({"country": "XX"}, "country")],
    )
    def test_what_orders_refuses_is_told_beside_its_field(
        self, shopper: Visit, make_product: MakeProduct, fields: dict[str, str], field: str
    ) -> None:
        fill(shopper, make_product())
        shopper.get("/checkout")
        key = shopper.value_of("idempotency_key")
        page = send(shopper, shipping_method="standard", **{**ADDRESS, **fields})
        assert page.status == 400
        assert error_of(page, field)
        assert (shopper.value_of("city"), shopper.value_of("name")) == ("Berlin", "Ada Lovelace")
        assert shopper.value_of("idempotency_key") != key
        assert send(shopper, shipping_method="standard", **ADDRESS).status == 303

    def test_a_new_price_must_be_accepted(
        self, http: Http, shopper: Visit, admin_token: str, make_product: MakeProduct
    ) -> None:
        product = make_product(price="10.00")
        fill(shopper, product)
        shopper.get("/checkout")
        http("PATCH", f"/api/products/{product['id']}", json_body={"price": "11.00"}, token=admin_token)
        page = send(shopper)
        assert page.status == 409
        for words in ("The price has changed of", "<s>€10.00</s>", "€11.00", 'name="accept_price_changes"'):
            assert words in page.text, words
        assert send(shopper, accept_price_changes="true").status == 303
        assert orders_of(shopper)[0]["total"] == "11.00"

    def test_sold_meanwhile(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        product = make_product(stock=3)
        fill(shopper, product, 3)
        shopper.get("/checkout")
        admin.send("POST", f"/api/products/{product['id']}/stock", {"delta": -1, "reason": "broken"})
        page = send(shopper)
        assert page.status == 409
        assert "There is not enough of" in page.text
        assert "Only 2 left. Take fewer to go on." in page.text
        assert orders_of(shopper) == []

    def test_cart_emptied_meanwhile(self, shopper: Visit, make_product: MakeProduct) -> None:
        fill(shopper, make_product())
        shopper.get("/checkout")
        shopper.send("DELETE", "/api/cart")
        reply = send(shopper)
        assert (reply.status, reply.headers["location"]) == (303, "/cart")


class TestInDoubt:
    def test_orders_dead(self, shopper: Visit, places: Places, dead_address: str, make_product: MakeProduct) -> None:
        """What was typed stays, and so does the key: sent again, it asks for the same order."""
        fill(shopper, make_product())
        shopper.get("/checkout")
        key = shopper.value_of("idempotency_key")
        places(orders=dead_address)
        page = send(shopper, shipping_method="standard", **ADDRESS)
        assert page.status == 503
        assert "Nothing is lost" in page.text
        assert shopper.value_of("idempotency_key") == key
        assert shopper.value_of("city") == "Berlin"
        assert shopper.value_of("shipping_method") == "standard"
        places()
        assert send(shopper, shipping_method="standard", **ADDRESS).status == 303

    def test_the_first_try_is_still_at_work(
        self, http: Http, shopper: Visit, places: Places, answering: Answering, make_product: MakeProduct
    ) -> None:
        """It waits as long as it is told to, a few times, and then says so."""
        fill(shopper, make_product())
        shopper.get("/checkout")
        body = json.dumps(
            {"code": "still_running", "detail": "The first request is at work.", "items": [
                {"id": "pickup", "name": "Pick up", "price": "0.00", "needs_address": False}]}
        ).encode()  # fmt: skip
        lines = ["HTTP/1.1 409 Conflict", "Connection: close", "Retry-After: 0", f"Content-Length: {len(body)}", "", ""]
        head = "\r\n".join(lines).encode()
        address, heard = answering(head + body)
        places(orders=address)
        page = send(shopper)
        assert page.status == 409
        assert "The first request is at work." in page.text
        asked = [each for each in heard if each.startswith(b"POST /order/create")]
        assert len(asked) == 3
        assert len({re.search(rb"idempotency-key: (\S+)", each.lower())[1] for each in asked}) == 1  # type: ignore[index]
