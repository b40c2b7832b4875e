"""Orders as their shoppers see them: the list, each on its page, paying and cancelling."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from factories.events import Http, Reply
from factories.purchases import ADDRESS, order, pay
from factories.visit import HTML, Visit

MakeProduct = Callable[..., dict[str, Any]]
Places = Callable[..., None]
NOWHERE = "00000000-0000-4000-8000-000000000000"


def page_of(visit: Visit, placed: dict[str, Any]) -> Reply:
    return visit.get(f"/orders/{placed['order_id']}")


def pay_by_form(visit: Visit, placed: dict[str, Any], **fields: str) -> Reply:
    """Send the form that stands on the order's page."""
    page_of(visit, placed)
    form = {name: visit.value_of(name) for name in ("order_id", "amount")}
    return visit.post("/payment/pay", {**form, **fields})


class TestList:
    def test_nobody(self, nobody: Visit) -> None:
        reply = nobody.get("/orders?cursor=x")
        assert (reply.status, reply.headers["location"]) == (303, "/login?next=%2Forders%3Fcursor%3Dx")

    def test_empty(self, shopper: Visit) -> None:
        page = shopper.get("/orders")
        assert page.status == 200
        assert "No orders yet." in page.text

    def test_the_latest_first_with_their_states(self, shopper: Visit, make_product: MakeProduct) -> None:
        order(shopper, make_product(name="Mug"))
        pay(shopper, order(shopper, make_product(name="Pan", price="30.00")))
        page = shopper.get("/orders")
        assert re.findall(r'order-row__title"><a[^>]*>([^<]+)<', page.text) == ["Pan", "Mug"]
        assert re.findall(r'class="state state--(\w+)"', page.text) == ["paid", "created"]
        assert "€30.00" in page.text
        assert "UTC" in page.text

    def test_pages(self, shopper: Visit, make_product: MakeProduct) -> None:
        product = make_product(stock=50)
        placed = [order(shopper, product)["order_id"] for _ in range(21)]
        first = shopper.get("/orders")
        following = re.search(r'rel="next" href="([^"]+)"', first.text)
        assert following
        second = shopper.get(following[1].replace("&amp;", "&"))
        seen = [re.findall(r'href="/orders/([0-9a-f-]{36})"', each.text) for each in (first, second)]
        assert [len(each) for each in seen] == [20, 1]
        assert [*seen[0], *seen[1]] == placed[::-1]
        assert 'rel="prev" href="/orders"' in second.text

    def test_broken_cursor(self, shopper: Visit) -> None:
        page = shopper.get("/orders?cursor=broken")
        assert page.status == 422
        assert "We cannot show that" in page.text

    def test_orders_dead(self, shopper: Visit, places: Places, dead_address: str) -> None:
        places(orders=dead_address)
        page = shopper.get("/orders")
        assert page.status == 200
        assert "Your orders cannot be reached just now" in page.text

    def test_the_header_leads_there(self, shopper: Visit, nobody: Visit) -> None:
        assert 'href="/orders"' in shopper.get("/").text
        assert 'href="/orders"' not in nobody.get("/").text


class TestShow:
    def test_everything_about_it(self, shopper: Visit, make_product: MakeProduct) -> None:
        product = make_product(name="Mug <1>", price="600.00")
        placed = order(shopper, product, 2, shipping_method="standard", shipping_address=ADDRESS)
        page = page_of(shopper, placed)
        assert page.status == 200
        for shown in (
            "Mug &lt;1&gt;", product["sku"], "€600.00", "€1,200.00", "€4.90", "€1,204.90", "Ada Lovelace",
            "10115 Berlin", "Germany", "Waiting for payment", "The order was placed.", "by you",
        ):  # fmt: skip
            assert shown in page.text, shown
        assert re.search(r"Held for you until \S.* UTC\.", page.text)
        assert 'http-equiv="refresh"' not in page.text

    def test_test_cards_stand_where_they_work(
        self, shopper: Visit, make_product: MakeProduct, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        placed = order(shopper, make_product())
        assert "These are test cards" in page_of(shopper, placed).text
        monkeypatch.setenv("STAGE", "staging")
        page = page_of(shopper, placed)
        assert "test card" not in page.text
        assert 'action="/payment/pay"' in page.text

    @pytest.mark.parametrize("path", [f"/orders/{NOWHERE}", "/orders/x", f"/orders/{NOWHERE}/cancel"])
    def test_unknown(self, shopper: Visit, path: str) -> None:
        assert shopper.get(path).status == 404

    def test_of_another_shopper(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        placed = order(admin, make_product())
        assert page_of(shopper, placed).status == 404
        assert shopper.get(f"/orders/{placed['order_id']}/cancel").status == 404
        shopper.get("/orders")
        assert shopper.post(f"/orders/{placed['order_id']}/cancel", {}).status == 404
        form = {"order_id": placed["order_id"], "amount": placed["total"]}
        assert shopper.post("/payment/pay", form).status == 404
        assert admin.send("GET", f"/order/{placed['order_id']}").json()["status"] == "created"

    def test_nobody(self, nobody: Visit) -> None:
        reply = nobody.get(f"/orders/{NOWHERE}")
        assert (reply.status, reply.headers["location"]) == (303, f"/login?next=%2Forders%2F{NOWHERE}")

    def test_orders_dead(self, shopper: Visit, places: Places, dead_address: str) -> None:
        places(orders=dead_address)
        page = shopper.get(f"/orders/{NOWHERE}")
        assert page.status == 503
        assert "orders unavailable" in page.text

    def test_payments_dead(self, shopper: Visit, places: Places, dead_address: str, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        places(payments=dead_address)
        page = page_of(shopper, placed)
        assert page.status == 200
        assert "Payments cannot be reached just now" in page.text
        assert "and held for you until" in page.text
        assert 'action="/payment/pay"' not in page.text


class TestPay:
    def test_paid(self, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        reply = pay_by_form(shopper, placed, method="pm_card_visa")
        assert (reply.status, reply.headers["location"]) == (303, f"/orders/{placed['order_id']}")
        page = page_of(shopper, placed)
        assert "Your order is paid" in page.text
        assert "The payment arrived." in page.text
        assert 'action="/payment/pay"' not in page.text

    def test_without_a_card_the_provider_chooses(self, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        assert pay_by_form(shopper, placed).status == 303
        assert "Your order is paid" in page_of(shopper, placed).text

    def test_declined_and_tried_again(self, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        page = pay_by_form(shopper, placed, method="pm_card_declined")
        assert page.status == 402
        assert "Your card was declined, and nothing was charged." in page.text
        assert re.search(r'value="pm_card_declined" required checked', page.text)
        assert pay_by_form(shopper, placed, method="pm_card_visa").status == 303

    def test_in_doubt(self, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        assert pay_by_form(shopper, placed, method="pm_card_timeout").status == 303
        page = page_of(shopper, placed)
        assert "Your payment is on its way" in page.text
        assert f'<meta http-equiv="refresh" content="5; url=/orders/{placed["order_id"]}">' in page.text
        assert f'href="/orders/{placed["order_id"]}"' in page.text
        assert 'action="/payment/pay"' not in page.text
        form = {"order_id": placed["order_id"], "amount": placed["total"]}
        assert shopper.post("/payment/pay", form).status == 303

    def test_the_amount_is_not_the_forms_to_say(self, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        page = pay_by_form(shopper, placed, amount="0.01")
        assert page.status == 400
        assert "The amount was not that of this order." in page.text

    def test_cancelled_meanwhile(self, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        page_of(shopper, placed)
        shopper.send("POST", f"/api/orders/{placed['order_id']}/cancel", {})
        page = shopper.post("/payment/pay", {"order_id": placed["order_id"], "amount": placed["total"]})
        assert page.status == 409
        assert "This order cannot be paid any more." in page.text

    @pytest.mark.parametrize(("field", "value"), [("order_id", "x"), ("order_id", "")])
    def test_no_order(self, shopper: Visit, make_product: MakeProduct, field: str, value: str) -> None:
        placed = order(shopper, make_product())
        assert pay_by_form(shopper, placed, **{field: value}).status == 404

    def test_no_card(self, shopper: Visit, make_product: MakeProduct) -> None:
        page = pay_by_form(shopper, order(shopper, make_product()), method="gold")
        assert page.status == 400
        assert "This payment could not be made." in page.text

    def test_payments_dead(self, shopper: Visit, places: Places, dead_address: str, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        page_of(shopper, placed)
        places(payments=dead_address)
        page = shopper.post("/payment/pay", {"order_id": placed["order_id"], "amount": placed["total"]})
        assert page.status == 503
        assert "We could not reach the payment service." in page.text

    def test_without_its_token(self, http: Http, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        form = {"order_id": placed["order_id"], "amount": placed["total"]}
        reply = http("POST", "/payment/pay", form=form, headers=HTML, cookies=shopper.cookies)
        assert reply.status == 403
        assert "This page was open for too long." in reply.text
        assert shopper.send("GET", f"/order/{placed['order_id']}").json()["status"] == "created"

    def test_nobody(self, http: Http) -> None:
        reply = http("POST", "/payment/pay", form={"order_id": NOWHERE}, headers=HTML)
        assert (reply.status, reply.headers["location"]) == (303, "/login?next=%2Forders")


class TestCancel:
    def test_is_confirmed_first(self, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product(name="Mug", price="12.00"))
        assert f'href="/orders/{placed["order_id"]}/cancel"' in page_of(shopper, placed).text
        asked = shopper.get(f"/orders/{placed['order_id']}/cancel")
        assert "Mug, €12.00." in asked.text
        assert "Nothing was charged." in asked.text
        reply = shopper.post(f"/orders/{placed['order_id']}/cancel", {"note": "Too <dear>"})
        assert (reply.status, reply.headers["location"]) == (303, f"/orders/{placed['order_id']}")
        page = page_of(shopper, placed)
        for words in ("The order was cancelled.", "Too &lt;dear&gt;", "Cancelled"):
            assert words in page.text
        assert "Cancel this order" not in page.text

    def test_paid(self, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        pay(shopper, placed)
        assert "You get your money back." in shopper.get(f"/orders/{placed['order_id']}/cancel").text
        assert shopper.post(f"/orders/{placed['order_id']}/cancel", {}).status == 303

    def test_moved_on_meanwhile(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        pay(shopper, placed)
        shopper.get(f"/orders/{placed['order_id']}/cancel")
        admin.send("POST", f"/api/admin/orders/{placed['order_id']}/status", {"status": "processing"})
        page = shopper.post(f"/orders/{placed['order_id']}/cancel", {})
        assert page.status == 409
        assert "This order has moved on meanwhile" in page.text
        assert "cannot be cancelled any more" in shopper.get(f"/orders/{placed['order_id']}/cancel").text

    def test_note_too_long(self, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        page_of(shopper, placed)
        page = shopper.post(f"/orders/{placed['order_id']}/cancel", {"note": "x" * 501})
        assert page.status == 400
        assert "the note is too long" in page.text

    def test_without_its_token(self, http: Http, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        path = f"/orders/{placed['order_id']}/cancel"
        assert http("POST", path, form={"note": ""}, headers=HTML, cookies=shopper.cookies).status == 403
        assert shopper.send("GET", f"/order/{placed['order_id']}").json()["status"] == "created"
