"""Orders as administrators find them, move them on and give money back."""

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


def page_of(admin: Visit, placed: dict[str, Any]) -> Reply:
    return admin.get(f"/admin/orders/{placed['order_id']}")


def listed(page: Reply) -> list[str]:
    """The ids in the list, from above."""
    return re.findall(r'class="purchase__order" href="/admin/orders/([0-9a-f-]{36})"', page.text)


def move(admin: Visit, placed: dict[str, Any], status: str) -> Reply:
    return admin.post(f"/admin/orders/{placed['order_id']}/status", {"status": status})


class TestList:
    def test_nobody(self, nobody: Visit) -> None:
        reply = nobody.get("/admin/orders")
        assert (reply.status, reply.headers["location"]) == (303, "/login?next=%2Fadmin%2Forders")

    def test_shopper(self, shopper: Visit) -> None:
        for path in ("/admin/orders", f"/admin/orders/{NOWHERE}"):
            assert shopper.get(path).status == 403

    def test_none(self, admin: Visit) -> None:
        assert "Nobody has ordered anything yet." in admin.get("/admin/orders").text

    def test_all_of_everybody(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        mine, other = order(shopper, make_product()), order(admin, make_product())
        page = admin.get("/admin/orders")
        assert listed(page) == [other["order_id"], mine["order_id"]]
        assert '<a class="desk-nav__link" href="/admin/orders" aria-current="page">' in page.text

    def test_filters(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        sent: dict[str, Any] = {"shipping_method": "standard", "shipping_address": ADDRESS}
        unpaid = order(shopper, make_product(sku="MUG-7"), **sent)
        paid = order(shopper, make_product(sku="PAN-7"))
        pay(shopper, paid)
        for query, found in (
            ("status=paid", [paid]),
            ("status=completed", []),
            ("q=MUG-7", [unpaid]),
            ("q=Lovelace", [unpaid]),
            (f"q={paid['order_id'][:8]}", [paid]),
            ("q=PAN-7&status=created", []),
        ):
            page = admin.get(f"/admin/orders?{query}")
            assert page.status == 200
            assert listed(page) == [each["order_id"] for each in found], query
        assert "No order is like that." in admin.get("/admin/orders?status=completed").text

    @pytest.mark.parametrize("query", ["status=lost", "cursor=broken"])
    def test_that_is_none(self, admin: Visit, query: str) -> None:
        page = admin.get(f"/admin/orders?{query}")
        assert page.status == 422
        assert "That list cannot be shown." in page.text

    def test_orders_dead(self, admin: Visit, places: Places, dead_address: str) -> None:
        places(orders=dead_address)
        page = admin.get("/admin/orders")
        assert page.status == 200
        assert "Orders cannot be reached just now." in page.text


class TestShow:
    def test_everything_about_it(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        sent: dict[str, Any] = {"shipping_method": "standard", "shipping_address": ADDRESS}
        placed = order(shopper, make_product(name="Mug", price="10.00"), **sent)
        wanted = {"order_id": placed["order_id"], "amount": placed["total"], "method": "pm_card_declined"}
        shopper.send("POST", "/payment/pay", wanted)
        pay(shopper, placed)
        page = page_of(admin, placed)
        for shown in (
            "Mug", "€14.90", "Ada Lovelace", "by the shopper", "The payment arrived.", "Payment (pm_card_visa)",
            "Did not go through: the card was declined",
        ):  # fmt: skip
            assert shown in page.text, shown

    def test_unknown(self, admin: Visit) -> None:
        assert admin.get(f"/admin/orders/{NOWHERE}").status == 404
        assert admin.get("/admin/orders/x").status == 404

    def test_payments_dead(
        self, shopper: Visit, admin: Visit, places: Places, dead_address: str, make_product: MakeProduct
    ) -> None:
        placed = order(shopper, make_product())
        places(payments=dead_address)
        page = page_of(admin, placed)
        assert page.status == 200
        assert "Payments cannot be reached just now." in page.text


class TestMove:
    def test_only_what_is_allowed_is_offered(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        offered = {
            "created": (["cancelled"], False),
            "paid": (["processing"], True),
            "processing": (["completed"], True),
            "completed": ([], False),
        }
        for status, (moves, is_refundable) in offered.items():
            if status == "paid":
                pay(shopper, placed)
            elif status != "created":
                assert move(admin, placed, status).headers["location"].endswith("?done=moved")
            page = page_of(admin, placed)
            assert re.findall(r'name="status" value="(\w+)"', page.text) == moves
            assert ("/refund" in page.text) is is_refundable

    def test_cancel(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        page_of(admin, placed)
        move(admin, placed, "cancelled")
        page = admin.get(f"/admin/orders/{placed['order_id']}?done=moved")
        assert "The order is moved on." in page.text
        assert "by an administrator" in page.text

    def test_somebody_was_faster(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        page_of(admin, placed)
        shopper.send("POST", f"/api/orders/{placed['order_id']}/cancel", {})
        page = move(admin, placed, "cancelled")
        assert page.status == 409
        assert "Somebody else has moved this order on meanwhile." in page.text
        assert 'class="state state--cancelled"' in page.text

    def test_that_is_none(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        page_of(admin, placed)
        assert move(admin, placed, "paid").status == 400

    def test_unknown(self, admin: Visit) -> None:
        admin.get("/admin")
        assert admin.post(f"/admin/orders/{NOWHERE}/status", {"status": "processing"}).status == 404

    def test_orders_dead(
        self, shopper: Visit, admin: Visit, places: Places, dead_address: str, make_product: MakeProduct
    ) -> None:
        placed = order(shopper, make_product())
        page_of(admin, placed)
        places(orders=dead_address)
        assert move(admin, placed, "cancelled").status == 503

    def test_shopper(self, shopper: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        shopper.get("/")
        assert move(shopper, placed, "cancelled").status == 403

    def test_without_its_token(self, http: Http, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        path = f"/admin/orders/{placed['order_id']}/status"
        reply = http("POST", path, form={"status": "cancelled"}, headers=HTML, cookies=admin.cookies)
        assert reply.status == 403
        assert shopper.send("GET", f"/order/{placed['order_id']}").json()["status"] == "created"


class TestRefund:
    def test_with_a_note(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        pay(shopper, placed)
        page_of(admin, placed)
        reply = admin.post(f"/admin/orders/{placed['order_id']}/refund", {"note": "It broke"})
        assert reply.headers["location"] == f"/admin/orders/{placed['order_id']}?done=refunded"
        page = page_of(admin, placed)
        assert "It broke" in page.text
        assert 'class="state state--cancelled"' in page.text

    def test_not_paid(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        page_of(admin, placed)
        assert admin.post(f"/admin/orders/{placed['order_id']}/refund", {"note": ""}).status == 409

    def test_note_too_long(self, shopper: Visit, admin: Visit, make_product: MakeProduct) -> None:
        placed = order(shopper, make_product())
        pay(shopper, placed)
        page_of(admin, placed)
        page = admin.post(f"/admin/orders/{placed['order_id']}/refund", {"note": "x" * 501})
        assert page.status == 400
        assert re.search(r'id="note-error">[^<]+<', page.text)
