"""Lists of products: filters, one row a handle, facets."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import psycopg
import pytest

from factories.catalogue import NOWHERE, PRODUCTS, STOCK_UP, Catalogue, fields_named
from factories.events import Http
from factories.product_files import Rows
from shopkit.db.paging import encode_cursor


class TestListProducts:
    @pytest.mark.parametrize(
        ("field", "query"),
        [
            ("limit", {"limit": 0}), ("limit", {"limit": 101}), ("limit", {"limit": "many"}),
            ("sort", {"sort": "cheapest"}), ("sort", {"sort": "relevance"}), ("sort", {"sort": "relevance", "q": " "}),
            ("min_price", {"min_price": -1}), ("max_price", {"max_price": "much"}),
            ("min_price", {"min_price": 2, "max_price": 1}), ("min_price", {"min_price": "NaN"}),
            ("in_stock", {"in_stock": "maybe"}), ("group", {"group": "name"}), ("facets", {"facets": "some"}),
            ("q", {"q": "a\x00b"}), ("q", {"q": "x" * 201}), ("sku", {"sku": "\x00"}), ("name", {"name": "\x00"}),
            ("category", {"category": "\x00"}),
        ],
    )  # fmt: skip
    def test_invalid(self, http: Http, field: str, query: dict[str, Any]) -> None:
        assert fields_named(http("GET", PRODUCTS, query=query)) == [field]

    @pytest.mark.parametrize(
        "cursor",
        [
            "",
            "x",
            "%%%",
            encode_cursor("price", ["1.00", "not-an-id"]),
            *(
                encode_cursor("price", [amount, NOWHERE])
                for amount in ("NaN", "1e999999", "1E-99999", "1E-20000", "0E-999999", "1_0.00", "٣", 1)
            ),
            encode_cursor("price", ["1.00"]),
            encode_cursor("price", [None, None]),
            encode_cursor("newest", ["2026-11-23T00:00:00+00:00", NOWHERE]),
            encode_cursor("price by handle", ["1.00", NOWHERE]),
        ],
    )
    def test_broken_cursor(self, http: Http, cursor: str) -> None:
        assert fields_named(http("GET", PRODUCTS, query={"sort": "price", "cursor": cursor})) == ["cursor"]

    @pytest.mark.parametrize("cursor", [["soon", NOWHERE], [5, 5], ["0001-01-01T00:00:00+23:59", NOWHERE]])
    def test_broken_time_in_cursor(self, http: Http, cursor: list[str | int]) -> None:
        reply = http("GET", PRODUCTS, query={"cursor": encode_cursor("newest", cursor)})
        assert fields_named(reply) == ["cursor"]

    @pytest.mark.parametrize("name", ["\x00", "\ud800"])
    def test_unstorable_name_in_cursor(self, http: Http, name: str) -> None:
        cursor = urlsafe_b64encode(json.dumps(["name", name, NOWHERE]).encode()).rstrip(b"=").decode()
        assert fields_named(http("GET", PRODUCTS, query={"sort": "name", "cursor": cursor})) == ["cursor"]

    def test_least_price(self, shop: Catalogue) -> None:
        product = shop.product(price="0.01")
        assert shop.listed(min_price="0E-99999")["items"] == [product]

    def test_empty(self, http: Http) -> None:
        reply = http("GET", PRODUCTS)
        assert (reply.status, reply.json()) == (200, {"items": [], "next_cursor": None})
        assert reply.headers["cache-control"] == "no-store"

    def test_valid(self, http: Http, shop: Catalogue) -> None:
        products = [shop.product(price="1.00"), shop.product(), shop.product()]
        assert http("GET", PRODUCTS).json()["items"] == products[::-1]

    @pytest.mark.parametrize(
        ("query", "statements"), [({}, 1), ({"group": "handle", "q": "thing"}, 1), ({"facets": "true"}, 2)]
    )
    def test_statements(
        self, shop: Catalogue, monkeypatch: pytest.MonkeyPatch, query: dict[str, str], statements: int
    ) -> None:
        """A page is one statement, whatever hangs on its rows; its facets are another."""
        shop.category("Kitchen")
        for _ in range(3):
            shop.product(categories=["kitchen"])
        shop.listed()
        sent: list[Any] = []
        send = psycopg.AsyncCursor.execute

        async def listen(cursor: Any, statement: Any, *args: Any, **options: Any) -> Any:
            sent.append(statement)
            return await send(cursor, statement, *args, **options)

        monkeypatch.setattr(psycopg.AsyncCursor, "execute", listen)
        shop.listed(**query)
        assert len(sent) == statements

    def test_pages_of_24(self, shop: Catalogue) -> None:
        for _ in range(25):
            shop.product()
        first = shop.listed()
        second = shop.listed(cursor=first["next_cursor"])
        assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (24, 1, None)

    def test_a_last_page_that_is_full(self, shop: Catalogue) -> None:
        shop.product()
        assert shop.listed(limit=1)["next_cursor"] is None


class TestLargeAnswers:
    @pytest.mark.parametrize(("text", "status"), [("<p>oak</p> ", 200), ('"', 422)])
    def test_descriptions(self, http: Http, rows: Rows, text: str, status: int) -> None:
        """A hundred of the longest fit into an answer, but if most of what they say has to be escaped."""
        rows.execute(STOCK_UP, [100, 1])
        rows.execute("UPDATE listings SET description = left(repeat(%s, 30000), 30000)", [text])
        replies = [http("GET", PRODUCTS, query={"limit": 100, **group}) for group in ({}, {"group": "handle"})]
        assert [reply.status for reply in replies] == [status] * 2
        assert all(len(json.dumps(reply.text)) < 6 * 1024 * 1024 for reply in replies)
        if status == 422:
            assert replies[0].json()["code"] == "answer_too_large"

    def test_a_handle(self, http: Http, rows: Rows) -> None:
        rows.execute(STOCK_UP, [1, 100])
        rows.execute("UPDATE listings SET description = left(repeat('<p>oak</p>', 30000), 30000)")
        reply = http("GET", f"{PRODUCTS}/by-handle/thing-1")
        assert (reply.status, len(reply.json()["variants"])) == (200, 100)


class TestActive:
    @pytest.mark.parametrize("active", ["true", "false", "all"])
    def test_anonymous(self, http: Http, active: str) -> None:
        assert http("GET", PRODUCTS, query={"active": active}).status == 401

    @pytest.mark.parametrize("active", ["true", "false", "all"])
    def test_shopper(self, http: Http, shopper_token: str, active: str) -> None:
        assert http("GET", PRODUCTS, query={"active": active}, token=shopper_token).status == 403

    def test_invalid(self, http: Http, admin_token: str) -> None:
        assert fields_named(http("GET", PRODUCTS, query={"active": "perhaps"}, token=admin_token)) == ["active"]

    def test_admin(self, shop: Catalogue, admin_token: str) -> None:
        on, off = shop.product()["sku"], shop.product(is_active=False)["sku"]
        assert shop.skus() == [on]
        assert shop.skus(token=admin_token) == [on]
        assert shop.skus(token=admin_token, active="true") == [on]
        assert shop.skus(token=admin_token, active="false") == [off]
        assert shop.skus(token=admin_token, active="all") == [off, on]

    def test_listings(self, shop: Catalogue, admin_token: str) -> None:
        shop.product(sku="A", handle="mug", is_active=False)
        shop.product(sku="B", handle="mug", options={"Size": "L"})
        assert shop.skus(group="handle") == ["B"]
        assert shop.skus(group="handle", token=admin_token, active="all") == ["A"]
        assert shop.skus(group="handle", token=admin_token, active="false") == ["A"]


class TestFilters:
    @pytest.fixture(autouse=True)
    def stocked(self, shop: Catalogue) -> None:
        shop.category("Kitchen")
        shop.category("Garden")
        shop.product(sku="MUG", name="Blue Mug", price="5.00", stock=2, categories=["kitchen"])
        shop.product(sku="POT", name="Pot", price="10.00", categories=["garden", "kitchen"])
        shop.product(sku="HOE", name="Hoe", price="20.00", stock=1, categories=["garden"])

    @pytest.mark.parametrize(
        ("query", "skus"),
        [
            ({"sku": "POT"}, ["POT"]),
            ({"sku": "PO"}, []),
            ({"name": "blue"}, ["MUG"]),
            ({"name": "MUG"}, ["MUG"]),
            ({"name": "HOE", "sku": "POT"}, []),
            ({"category": "kitchen"}, ["POT", "MUG"]),
            ({"category": "nowhere"}, []),
            ({"min_price": "10"}, ["HOE", "POT"]),
            ({"max_price": "10.00"}, ["POT", "MUG"]),
            ({"min_price": "10", "max_price": "10"}, ["POT"]),
            ({"in_stock": "true"}, ["HOE", "MUG"]),
            ({"in_stock": "false"}, ["POT"]),
            ({"category": "kitchen", "in_stock": "true", "q": "mug", "max_price": 6}, ["MUG"]),
            ({"unknown": "parameter"}, ["HOE", "POT", "MUG"]),
        ],
    )
    @pytest.mark.parametrize("group", [{}, {"group": "handle"}])
    def test_one(self, shop: Catalogue, query: dict[str, str], skus: list[str], group: dict[str, str]) -> None:
        assert shop.skus(**query, **group) == skus

    @pytest.mark.parametrize(
        ("sort", "skus"),
        [
            ("newest", ["HOE", "POT", "MUG"]),
            ("price", ["MUG", "POT", "HOE"]),
            ("-price", ["HOE", "POT", "MUG"]),
            ("name", ["MUG", "HOE", "POT"]),
        ],
    )
    @pytest.mark.parametrize("group", [{}, {"group": "handle"}])
    def test_sort(self, shop: Catalogue, sort: str, skus: list[str], group: dict[str, str]) -> None:
        assert shop.skus(sort=sort, **group) == skus


class TestListings:
    @pytest.fixture(autouse=True)
    def stocked(self, shop: Catalogue) -> None:
        shop.product(sku="MUG-S", handle="mug", name="Mug", price="12.00", options={"Size": "S"}, stock=2)
        shop.product(sku="MUG-L", handle="mug", name="Large mug", price="8.00", options={"Size": "L"}, stock=3)
        shop.product(sku="MUG-X", handle="mug", price="1.00", options={"Size": "X"}, stock=9, is_active=False)
        shop.product(sku="PEN", handle="pen", name="Pen", price="10.00")

    def test_one_row_a_handle(self, shop: Catalogue) -> None:
        pen, mug = shop.listed(group="handle")["items"]
        assert (mug["sku"], mug["price"], mug["price_to"], mug["stock"], mug["variants"]) == (
            "MUG-S", "8.00", "12.00", 5, 2
        )  # fmt: skip
        assert (pen["sku"], pen["price"], pen["price_to"], pen["stock"], pen["variants"]) == (
            "PEN", "10.00", None, 0, 1
        )  # fmt: skip

    def test_says_what_products_say(self, shop: Catalogue) -> None:
        [product] = shop.listed(sku="PEN")["items"]
        [card] = shop.listed(sku="PEN", group="handle")["items"]
        assert card == product | {"variants": 1, "price_to": None}

    def test_a_variant_brings_its_listing_in(self, shop: Catalogue) -> None:
        for query in ({"sku": "MUG-L"}, {"q": "large"}, {"name": "Large"}, {"min_price": 11}, {"max_price": 9}):
            assert shop.skus(group="handle", **query) == ["MUG-S"]
        assert shop.skus(group="handle", sku="MUG-X") == []
        assert shop.skus(group="handle", name="large", min_price=9) == []

    def test_stock_of_all_variants(self, shop: Catalogue) -> None:
        assert shop.skus(group="handle", in_stock="true") == ["MUG-S"]
        assert shop.skus(group="handle", in_stock="false") == ["PEN"]

    @pytest.mark.parametrize(
        ("sort", "handles"),
        [("price", ["mug", "pen"]), ("-price", ["pen", "mug"]), ("name", ["mug", "pen"]), ("newest", ["pen", "mug"])],
    )
    def test_sort(self, shop: Catalogue, sort: str, handles: list[str]) -> None:
        assert [item["handle"] for item in shop.listed(group="handle", sort=sort)["items"]] == handles


class TestFacets:
    @pytest.fixture(autouse=True)
    def stocked(self, shop: Catalogue) -> None:
        shop.category("Kitchen")
        shop.category("Garden")
        shop.product(handle="mug", price="5.00", categories=["kitchen"])
        shop.product(handle="mug", price="7.00", options={"Size": "L"})
        shop.product(name="Pot", price="10.00", categories=["garden", "kitchen"])
        shop.product(name="Hoe", price="20.00", categories=["garden"])
        shop.product(name="Hidden", price="99.00", categories=["garden"], is_active=False)

    def test_of_products(self, shop: Catalogue) -> None:
        assert counts(shop) == ({"kitchen": 3, "garden": 2}, "5.00", "20.00")

    def test_of_listings(self, shop: Catalogue) -> None:
        assert counts(shop, group="handle") == ({"garden": 2, "kitchen": 2}, "5.00", "20.00")

    def test_not_asked_for(self, shop: Catalogue) -> None:
        assert "facets" not in shop.listed(facets="false")

    def test_follow_the_filters(self, shop: Catalogue) -> None:
        assert counts(shop, q="pot") == ({"garden": 1, "kitchen": 1}, "10.00", "10.00")

    def test_leave_their_own_filter_aside(self, shop: Catalogue) -> None:
        assert counts(shop, category="kitchen") == ({"kitchen": 3, "garden": 2}, "5.00", "10.00")
        assert counts(shop, max_price=7) == ({"kitchen": 2}, "5.00", "20.00")

    def test_of_nothing(self, shop: Catalogue) -> None:
        assert counts(shop, q="nothing") == ({}, None, None)

    def test_on_every_page(self, shop: Catalogue) -> None:
        first = shop.listed(facets="true", limit=1)
        second = shop.listed(facets="true", limit=1, cursor=first["next_cursor"])
        assert first["facets"] == second["facets"]


def counts(shop: Catalogue, **query: Any) -> tuple[dict[str, int], str | None, str | None]:
    facets = shop.listed(facets="true", **query)["facets"]
    return (
        {category["slug"]: category["count"] for category in facets["categories"]},
        facets["price"]["min"],
        facets["price"]["max"],
    )
