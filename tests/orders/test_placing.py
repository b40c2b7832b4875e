"""Placing orders: what comes of a cart."""

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from factories.ordering import ADDRESS, Person, Shop, at_once, internal, key, told
from orders.events import OrderCreated

Rows = psycopg.Connection[dict[str, Any]]
DELIVERED = {"shipping_method": "standard", "shipping_address": ADDRESS}


def code(answer: Any) -> str:
    found: str = answer.json()["code"]
    return found


class TestPlaceOrder:
    def test_anonymous(self, shop: Shop) -> None:
        reply = shop.http("POST", "/order/create", json_body={}, headers=internal("gateway"), api_id="direct")
        assert (reply.status, code(reply)) == (401, "unauthenticated")

    def test_empty_cart(self, shop: Shop) -> None:
        shopper = shop.person()
        reply = shopper.place()
        assert (reply.status, code(reply)) == (409, "cart_empty")
        assert shopper.orders() == []

    def test_out_of_stock(self, shop: Shop) -> None:
        mug, bowl = shop.products.make(stock=5), shop.products.make(stock=5)
        shopper = shop.buyer(mug, bowl, qty=3)
        shop.products.move_stock(bowl, -4)
        reply = shopper.place()
        assert (reply.status, code(reply)) == (409, "out_of_stock")
        assert reply.json()["items"] == [
            {"product_id": bowl["id"], "sku": bowl["sku"], "name": bowl["name"], "wanted": 3, "left": 1}
        ]
        assert (shop.stock(mug), shop.stock(bowl)) == (5, 1)
        assert shopper.orders() == []
        assert len(shop.cart(shopper)["items"]) == 2

    def test_inactive_product(self, shop: Shop) -> None:
        mug = shop.products.make()
        shopper = shop.buyer(mug)
        shop.products.change(mug, is_active=False)
        reply = shopper.place()
        assert (reply.status, code(reply)) == (409, "out_of_stock")
        assert reply.json()["items"][0]["left"] == 0

    def test_price_changed(self, shop: Shop) -> None:
        mug = shop.products.make(price="10.00")
        shopper = shop.buyer(mug, qty=2)
        shop.products.change(mug, price="11.50")
        reply = shopper.place()
        assert (reply.status, code(reply)) == (409, "price_changed")
        assert reply.json()["items"] == [
            {"product_id": mug["id"], "sku": mug["sku"], "name": mug["name"], "old": "10.00", "new": "11.50"}
        ]
        assert (shop.stock(mug), shopper.orders()) == (5, [])

    def test_price_change_accepted(self, shop: Shop) -> None:
        mug = shop.products.make(price="10.00")
        shopper = shop.buyer(mug, qty=2)
        shop.products.change(mug, price="11.50")
        assert shopper.place().status == 409
        assert told(shopper.place({"accept_price_changes": True}), 201)["total"] == "23.00"
        assert shop.stock(mug) == 3

    def test_more_than_money_can_say(self, shop: Shop) -> None:
        bridge = shop.products.make(price="9999999999.99")
        shopper = shop.buyer(bridge, qty=2)
        reply = shopper.place()
        assert (reply.status, code(reply)) == (409, "total_too_large")
        assert shop.stock(bridge) == 5

    def test_valid(self, shop: Shop) -> None:
        mug, bowl = shop.products.make(price="12.50"), shop.products.make(price="3.33")
        shopper = shop.buyer(mug, bowl, qty=3)
        reply = shopper.place(DELIVERED)
        placed = told(reply, 201)
        assert placed["status"] == "created"
        assert [(item["sku"], item["qty"], item["line_total"]) for item in placed["items"]] == [
            (mug["sku"], 3, "37.50"),
            (bowl["sku"], 3, "9.99"),
        ]
        assert [placed[each] for each in ("subtotal", "shipping", "total")] == ["47.49", "4.90", "52.39"]
        assert placed["shipping_address"] == {**ADDRESS, "line2": None}
        assert [(event["type"], event["by"]) for event in placed["events"]] == [("created", f"shopper:{shopper.id}")]
        assert reply.headers["location"] == f"/order/{placed['order_id']}"
        assert shopper.order(placed) == placed
        assert shop.stock(mug) == shop.stock(bowl) == 2
        assert shop.cart(shopper)["items"] == []

    def test_tells(self, shop: Shop, facts: Callable[..., list[dict[str, Any]]]) -> None:
        _, placed = shop.placed()
        (fact,) = facts(placed)
        assert (fact["type"], fact["version"]) == ("order.created", 1)
        assert OrderCreated.model_validate(fact["data"]).total == 10

    def test_without_a_body(self, shop: Shop) -> None:
        reply = shop.buyer().ask("POST", "/order/create")
        assert told(reply, 201)["shipping_method"] == "pickup"

    def test_is_reminded_of(self, shop: Shop, reminders: Callable[[], list[tuple[str, int]]]) -> None:
        _, placed = shop.placed()
        assert reminders() == [(placed["order_id"], 60)]

    def test_costs_few_statements(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        shopper = shop.buyer(shop.products.make(), shop.products.make(), shop.products.make())
        shop.placed()  # connections are made
        statements: list[str] = []
        execute = psycopg.AsyncCursor.execute

        async def counted(cursor: Any, query: Any, *more: Any, **options: Any) -> Any:
            statements.append(str(query))
            return await execute(cursor, query, *more, **options)

        monkeypatch.setattr(psycopg.AsyncCursor, "execute", counted)
        told(shopper.place(DELIVERED, idempotency_key=key()), 201)
        probes = [each for each in statements if each in {"SELECT 1", ";"}]  # whether the connection lives
        assert len(statements) - len(probes) == 7


class TestBadRequests:
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"shipping_method": "balloon"}, ["body", "shipping_method"]),
            ({"shipping_method": "standard"}, ["body", "shipping_address"]),
            ({**DELIVERED, "shipping_address": {**ADDRESS, "postcode": "1"}}, ["body", "shipping_address", "postcode"]),
            ({**DELIVERED, "shipping_address": {**ADDRESS, "country": "XX"}}, ["body", "shipping_address", "country"]),
            ({**DELIVERED, "shipping_address": {**ADDRESS, "city": " "}}, ["body", "shipping_address", "city"]),
            ({"accept_price_changes": "yes"}, ["body", "accept_price_changes"]),
            ({"total": "0.01"}, ["body", "total"]),
        ],
    )
    def test_body(self, shop: Shop, body: dict[str, Any], field: list[str]) -> None:
        shopper = shop.buyer()
        reply = shopper.place(body)
        assert (reply.status, code(reply)) == (422, "invalid_request")
        assert [error["loc"] for error in reply.json()["errors"]] == [field]
        assert shopper.orders() == []

    @pytest.mark.parametrize("bad", ["short", "x" * 256])
    def test_key(self, shop: Shop, bad: str) -> None:
        reply = shop.buyer().place(idempotency_key=bad)
        assert (reply.status, code(reply)) == (422, "invalid_request")


class TestIdempotencyKey:
    def test_same_key(self, shop: Shop) -> None:
        mug, sent = shop.products.make(), key()
        shopper = shop.buyer(mug)
        first, second = shopper.place(idempotency_key=sent), shopper.place(idempotency_key=sent)
        assert (first.status, second.status) == (201, 201)
        assert first.body == second.body
        assert "idempotent-replayed" not in first.headers
        assert second.headers["idempotent-replayed"] == "true"
        assert second.headers["location"] == first.headers["location"]
        assert (len(shopper.orders()), shop.stock(mug)) == (1, 4)

    def test_replays_what_was_although_it_is_not_so_any_more(self, shop: Shop) -> None:
        shopper, sent = shop.buyer(), key()
        first = shopper.place(idempotency_key=sent)
        shopper.cancel(first.json())
        assert shopper.place(idempotency_key=sent).body == first.body

    def test_other_body(self, shop: Shop) -> None:
        shopper, sent = shop.buyer(), key()
        shopper.place(idempotency_key=sent)
        reply = shopper.place(DELIVERED, idempotency_key=sent)
        assert (reply.status, code(reply)) == (422, "idempotency_key_reused")

    def test_of_another_shopper(self, shop: Shop) -> None:
        sent, one, other = key(), shop.buyer(), shop.buyer()
        first, second = one.place(idempotency_key=sent), other.place(idempotency_key=sent)
        assert first.json()["order_id"] != second.json()["order_id"]

    @pytest.mark.parametrize("refusal", ["cart_empty", "out_of_stock", "price_changed"])
    def test_refusals_are_kept(self, shop: Shop, refusal: str) -> None:
        mug, sent = shop.products.make(price="10.00", stock=2), key()
        shopper = shop.person() if refusal == "cart_empty" else shop.buyer(mug)
        if refusal == "out_of_stock":
            shop.products.move_stock(mug, -2)
        if refusal == "price_changed":
            shop.products.change(mug, price="12.00")
        first = shopper.place(idempotency_key=sent)
        shop.products.change(mug, price="10.00")
        shop.products.move_stock(mug, 5)
        shop.fill(shopper, mug)
        second = shopper.place(idempotency_key=sent)
        assert (first.status, code(first)) == (409, refusal)
        assert (second.status, second.body) == (409, first.body)
        assert second.headers["content-type"] == first.headers["content-type"] == "application/problem+json"
        assert second.headers["idempotent-replayed"] == "true"
        assert shopper.place(idempotency_key=key()).status == 201

    def test_50_at_once(self, shop: Shop) -> None:
        from orders.app import app

        mug, sent = shop.products.make(stock=60), key()
        shopper = shop.buyer(mug)
        answers = at_once(app, shopper, [("/order/create", {}, {"idempotency-key": sent})] * 50)
        assert {answer.status_code for answer in answers} <= {201, 409}
        made = [answer.content for answer in answers if answer.status_code == 201]
        assert len(set(made)) == 1
        waiting = [answer for answer in answers if answer.status_code == 409]
        assert {code(answer) for answer in waiting} <= {"still_running"}
        assert all(answer.headers["retry-after"] == "1" for answer in waiting)
        assert (len(shopper.orders()), shop.stock(mug)) == (1, 59)

    def test_lease_takeover(self, shop: Shop, rows: Rows) -> None:
        """A try that died long ago is taken over; one that may still be at work is not."""
        shopper, sent = shop.buyer(), key()
        scope = f"{shopper.id} POST /order/create"
        placed = told(shopper.place(idempotency_key=sent), 201)
        rows.execute(
            "UPDATE idempotency SET status = NULL, body = NULL, lease_until = now() + interval '9 s' WHERE scope = %s",
            [scope],
        )
        reply = shopper.place(idempotency_key=sent)
        assert (reply.status, code(reply), reply.headers["retry-after"]) == (409, "still_running", "1")
        rows.execute("UPDATE idempotency SET lease_until = now() WHERE scope = %s", [scope])
        assert told(shopper.place(idempotency_key=sent), 201) == placed


class TestNaturalKey:
    """One order for each version of a cart."""

    def test_50_at_once(self, shop: Shop) -> None:
        from orders.app import app

        mug = shop.products.make(stock=60)
        shopper = shop.buyer(mug)
        answers = at_once(app, shopper, [("/order/create", {}, {})] * 50)
        made = {answer.json()["order_id"] for answer in answers if answer.status_code == 201}
        refused = {code(answer) for answer in answers if answer.status_code != 201}
        assert len(made) == 1
        assert refused <= {"still_running", "cart_empty"}
        assert (len(shopper.orders()), shop.stock(mug)) == (1, 59)

    def test_of_a_cart_that_could_not_be_emptied(self, shop: Shop, rows: Rows) -> None:
        """As after a crash: the cart is still full, under the version that was bought."""
        mug = shop.products.make()
        shopper = shop.buyer(mug)
        placed = told(shopper.place(), 201)
        rows.execute(
            "UPDATE orders SET (cart_id, cart_version) = (%s, %s), recovery_point = 'created', leased_until = now()",
            self._version_of(shop, shopper, mug),
        )
        sent = key()
        again = shopper.place(idempotency_key=sent)
        assert told(again, 201)["order_id"] == placed["order_id"]
        assert again.headers["idempotent-replayed"] == "true"
        assert shop.cart(shopper)["items"] == []
        assert shopper.place(idempotency_key=sent).body == again.body

    def test_same_products_again(self, shop: Shop) -> None:
        mug = shop.products.make()
        shopper = shop.buyer(mug)
        shop.placed(shopper)
        shop.fill(shopper, mug)
        shop.placed(shopper)
        assert (len(shopper.orders()), shop.stock(mug)) == (2, 3)

    def _version_of(self, shop: Shop, shopper: Person, mug: dict[str, Any]) -> list[Any]:
        """What the cart is now, with something in it."""
        shop.fill(shopper, mug)
        stored = shop.stored_cart(shopper)
        return [uuid.UUID(stored["cart_id"]), stored["version"]]
