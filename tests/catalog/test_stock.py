"""Stock: movements, and the ledger they leave."""

from typing import Any

import pytest

from factories.catalogue import NOWHERE, PRODUCTS, AtOnce, Catalogue, fields_named, path_of
from factories.events import Http
from factories.product_files import Rows, one

MOVEMENT = {"delta": 5, "reason": "delivery"}


class TestMoveStock:
    def test_anonymous(self, http: Http, shop: Catalogue) -> None:
        assert http("POST", f"{path_of(shop.product())}/stock", json_body=MOVEMENT).status == 401

    def test_shopper(self, http: Http, shop: Catalogue, shopper_token: str) -> None:
        path = f"{path_of(shop.product())}/stock"
        assert http("POST", path, json_body=MOVEMENT, token=shopper_token).status == 403

    @pytest.mark.parametrize(
        ("field", "value"),
        [("delta", 0), ("delta", 1_000_001), ("delta", -1_000_001), ("delta", 0.5), ("delta", None), ("by", "me"),
         ("delta", True), ("delta", "3"), ("delta", 3.0),
         ("reason", ""), ("reason", "x" * 201), ("reason", "\x00")],
    )  # fmt: skip
    def test_invalid(self, http: Http, shop: Catalogue, admin_token: str, field: str, value: Any) -> None:
        path = f"{path_of(shop.product())}/stock"
        assert fields_named(http("POST", path, json_body=MOVEMENT | {field: value}, token=admin_token)) == [field]

    def test_missing(self, http: Http, admin_token: str) -> None:
        assert http("POST", f"{PRODUCTS}/{NOWHERE}/stock", json_body=MOVEMENT, token=admin_token).status == 404

    def test_out_of_stock(self, http: Http, shop: Catalogue) -> None:
        product = shop.product(sku="MUG", stock=3)
        reply = shop.stock(product, -4)
        assert reply.status == 409
        assert reply.json().items() >= {"code": "out_of_stock", "left": 3, "sku": "MUG"}.items()
        assert http("GET", path_of(product)).json()["stock"] == 3

    def test_beyond_all_bounds(self, shop: Catalogue) -> None:
        assert fields_named(shop.stock(shop.product(stock=999_999_999), 2)) == ["delta"]

    def test_valid(self, http: Http, shop: Catalogue) -> None:
        product = shop.product(stock=3)
        reply = shop.stock(product, -3)
        assert reply.status == 200
        assert reply.json() == product | {"stock": 0, "updated_at": reply.json()["updated_at"]}
        assert http("GET", path_of(product)).headers["etag"] == reply.headers["etag"]

    def test_concurrent_movements_all_count(self, at_once: AtOnce, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=10)
        path = f"{path_of(product)}/stock"
        answers = at_once(*[("POST", path, {"delta": delta, "reason": "rush"}) for delta in (-1, 3) * 10])
        assert {answer.status_code for answer in answers} == {200}
        assert one(rows, "SELECT stock FROM products") == 30
        assert one(rows, "SELECT sum(delta) FROM stock_movements") == 30

    def test_nothing_is_sold_twice(self, at_once: AtOnce, shop: Catalogue, rows: Rows) -> None:
        path = f"{path_of(shop.product(stock=5))}/stock"
        answers = at_once(*[("POST", path, {"delta": -1, "reason": "rush"})] * 20)
        assert sorted(answer.status_code for answer in answers) == [200] * 5 + [409] * 15
        assert one(rows, "SELECT stock FROM products") == 0


class TestListMovements:
    def test_anonymous(self, http: Http, shop: Catalogue) -> None:
        assert http("GET", f"{path_of(shop.product())}/stock").status == 401

    def test_shopper(self, http: Http, shop: Catalogue, shopper_token: str) -> None:
        assert http("GET", f"{path_of(shop.product())}/stock", token=shopper_token).status == 403

    def test_missing(self, http: Http, admin_token: str) -> None:
        assert http("GET", f"{PRODUCTS}/{NOWHERE}/stock", token=admin_token).status == 404

    @pytest.mark.parametrize(
        "query", [{"limit": 0}, {"limit": 101}, {"cursor": "x"}, {"cursor": ""}, {"cursor": "WyJzdG9jayIsMSwyXQ"}]
    )
    def test_invalid(self, http: Http, shop: Catalogue, admin_token: str, query: dict[str, Any]) -> None:
        reply = http("GET", f"{path_of(shop.product())}/stock", query=query, token=admin_token)
        assert fields_named(reply) == list(query)

    def test_valid(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        product = shop.product(stock=3)
        shop.product(stock=99)
        shop.stock(product, 4, "delivery")
        shop.stock(product, -2, "broken")
        reply = http("GET", f"{path_of(product)}/stock", token=admin_token)
        movements = [(m["delta"], m["reason"], m["stock_after"]) for m in reply.json()["items"]]
        assert movements == [(-2, "broken", 5), (4, "delivery", 7), (3, "initial", 3)]
        assert set(reply.json()["items"][0]) == {
            "id", "delta", "reason", "stock_after", "by", "correlation_id", "created_at"
        }  # fmt: skip
        assert reply.json()["items"][0]["correlation_id"] == "edge-request-id"
        assert reply.headers["cache-control"] == "no-store"

    def test_pages(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        product = shop.product()
        for delta in (1, 2, 3):
            shop.stock(product, delta)
        path, seen, cursor = f"{path_of(product)}/stock", [], None
        while cursor != "":
            query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = http("GET", path, query=query, token=admin_token).json()
            seen += [movement["delta"] for movement in page["items"]]
            cursor = page["next_cursor"] or ""
        assert seen == [3, 2, 1]
