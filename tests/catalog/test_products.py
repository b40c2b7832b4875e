"""Products: made and read."""

from typing import Any

import pytest

from factories.catalogue import NOWHERE, PRODUCTS, STOCK_UP, AtOnce, Catalogue, fields_named, path_of
from factories.events import Http
from factories.product_files import Rows

FIELDS = [
    "id", "sku", "name", "handle", "options", "description", "price", "compare_at_price", "currency", "stock",
    "is_active", "categories", "images", "created_at", "updated_at",
]  # fmt: skip
MUG = {"sku": "MUG", "name": "Stoneware Mug", "price": "19.9"}


class TestCreateProduct:
    def test_anonymous(self, http: Http) -> None:
        reply = http("POST", PRODUCTS, json_body=MUG)
        assert (reply.status, reply.json()["code"]) == (401, "unauthenticated")
        assert reply.headers["www-authenticate"] == "Bearer"

    def test_shopper(self, http: Http, shopper_token: str) -> None:
        reply = http("POST", PRODUCTS, json_body=MUG, token=shopper_token)
        assert (reply.status, reply.json()["code"]) == (403, "forbidden")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("sku", ""), ("sku", "x" * 65), ("sku", "a\x00b"), ("sku", None),
            ("name", "  "), ("name", "x" * 201), ("name", "a\nb"),
            ("price", "-0.01"), ("price", "1.999"), ("price", "10000000000"), ("price", "NaN"), ("price", None),
            ("price", "1_000"), ("price", "٣"), ("price", "1e3"), ("price", " 1"), ("price", True), ("price", 1e300),
            ("compare_at_price", "-1"), ("compare_at_price", "+1"),
            ("stock", -1), ("stock", 1.5), ("stock", 10**10), ("stock", True), ("stock", "5"), ("stock", 5.0),
            ("is_active", "yes"), ("is_active", 1),
            ("handle", "Not A Handle"), ("handle", ""),
            ("options", {"a": "1", "b": "2", "c": "3", "d": "4"}), ("options", {"Size": ""}), ("options", {"": "M"}),
            ("options", {"Size": "\x00"}), ("options", []), ("options", {"Size": "S", " Size ": "M"}),
            ("description", "\x00"), ("description", "x" * 30_001), ("description", "漢" * 10_001),
            ("categories", ["nowhere"]), ("categories", "kitchen"),
            ("colour", "blue"),
        ],
    )  # fmt: skip
    def test_invalid(self, http: Http, admin_token: str, field: str, value: Any) -> None:
        reply = http("POST", PRODUCTS, json_body=MUG | {field: value}, token=admin_token)
        assert field in fields_named(reply)

    @pytest.mark.parametrize("field", ["sku", "name", "price"])
    def test_incomplete(self, http: Http, admin_token: str, field: str) -> None:
        body = {name: value for name, value in MUG.items() if name != field}
        assert fields_named(http("POST", PRODUCTS, json_body=body, token=admin_token)) == [field]

    def test_half_a_character(self, http: Http, admin_token: str) -> None:
        body = b'{"sku": "S", "price": "1", "name": "\\ud800"}'
        reply = http("POST", PRODUCTS, body=body, headers={"content-type": "application/json"}, token=admin_token)
        assert fields_named(reply) == ["name"]

    def test_sku_of_another(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        shop.product(**MUG)
        reply = http("POST", PRODUCTS, json_body=MUG, token=admin_token)
        assert (reply.status, reply.json()["code"], reply.json()["sku"]) == (409, "sku_taken", "MUG")

    def test_options_of_another(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        shop.product(handle="mug", options={"Size": "M", "Colour": "Blue"})
        same = MUG | {"handle": "mug", "options": {"Colour": "Blue", "Size": "M"}}
        reply = http("POST", PRODUCTS, json_body=same, token=admin_token)
        assert (reply.status, reply.json()["code"], reply.json()["handle"]) == (409, "variant_exists", "mug")

    def test_least(self, http: Http, admin_token: str) -> None:
        reply = http("POST", PRODUCTS, json_body=MUG, token=admin_token)
        product = reply.json()
        assert reply.status == 201
        assert list(product) == FIELDS
        assert product["price"] == "19.90"
        assert product["currency"] == "EUR"
        assert (product["handle"], product["options"], product["description"]) == ("stoneware-mug", {}, "")
        assert (product["stock"], product["is_active"], product["compare_at_price"]) == (0, True, None)
        assert (product["categories"], product["images"]) == ([], [])
        assert reply.headers["location"] == f"{PRODUCTS}/{product['id']}"
        read = http("GET", path_of(product))
        assert (read.json(), read.headers["etag"]) == (product, reply.headers["etag"])

    def test_everything(self, shop: Catalogue) -> None:
        for name in ("Kitchen", "Gifts"):
            shop.category(name)
        given = {
            "sku": "MUG-L",
            "name": "Großer Krug",
            "handle": "jug",
            "options": {"Size": "L", "Colour": "Blue"},
            "description": "<p>Holds <em>much</em>.</p>\n",
            "price": "1234567890.12",
            "compare_at_price": "1234567891.00",
            "stock": 7,
            "is_active": False,
            "categories": ["kitchen", "gifts"],
        }
        product = shop.product(**given)
        assert product == product | given
        assert list(product["options"]) == ["Size", "Colour"]

    @pytest.mark.parametrize(("given", "price"), [("12.5", "12.50"), ("0", "0.00"), (12.5, "12.50"), (12, "12.00")])
    def test_price(self, shop: Catalogue, given: str | float, price: str) -> None:
        assert shop.product(price=given)["price"] == price

    @pytest.mark.parametrize("more", [{}, {"Size": "L"}])
    def test_shopifys_way_to_say_no_option(self, shop: Catalogue, more: dict[str, str]) -> None:
        product = shop.product(options={"Title": "Default Title", **more})
        assert product["options"] == more

    def test_the_longest_description(self, shop: Catalogue) -> None:
        assert shop.product(description="漢" * 10_000)["description"] == "漢" * 10_000

    def test_a_variant_too_many(self, http: Http, shop: Catalogue, rows: Rows, admin_token: str) -> None:
        rows.execute(STOCK_UP, [1, 100])
        reply = http("POST", PRODUCTS, json_body=MUG | {"handle": "thing-1"}, token=admin_token)
        assert fields_named(reply) == ["handle"]
        reply = http("PATCH", path_of(shop.product()), json_body={"handle": "thing-1"}, token=admin_token)
        assert fields_named(reply) == ["handle"]

    def test_handle_is_made_unique(self, shop: Catalogue) -> None:
        handles = [shop.product(name="Tea & Cake")["handle"] for _ in range(3)]
        assert handles == ["tea-cake", "tea-cake-2", "tea-cake-3"]

    def test_handle_of_a_name_without_words(self, shop: Catalogue) -> None:
        assert shop.product(name="☕")["handle"] == "product"

    def test_the_first_of_a_handle_leads(self, shop: Catalogue) -> None:
        shop.category("Kitchen")
        shop.product(handle="mug", description="first", categories=["kitchen"])
        other = shop.product(handle="mug", options={"Size": "L"}, description="second")
        assert (other["description"], other["categories"]) == ("first", ["kitchen"])

    def test_a_removed_ones_sku_and_handle(self, shop: Catalogue) -> None:
        shop.remove(shop.product(sku="MUG", handle="mug", description="old"))
        again = shop.product(sku="MUG", handle="mug")
        assert again["description"] == ""

    def test_one_sku_at_once(self, at_once: AtOnce) -> None:
        answers = at_once(*[("POST", PRODUCTS, MUG)] * 4)
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]

    def test_one_name_at_once(self, at_once: AtOnce) -> None:
        answers = at_once(*[("POST", PRODUCTS, MUG | {"sku": f"S{n}"}) for n in range(4)])
        handles = sorted(answer.json()["handle"] for answer in answers)
        assert handles == ["stoneware-mug", "stoneware-mug-2", "stoneware-mug-3", "stoneware-mug-4"]


class TestReadProduct:
    @pytest.mark.parametrize("path", ["not-a-uuid", "1"])
    def test_invalid(self, http: Http, path: str) -> None:
        assert fields_named(http("GET", f"{PRODUCTS}/{path}")) == ["product_id"]

    def test_missing(self, http: Http) -> None:
        reply = http("GET", f"{PRODUCTS}/{NOWHERE}")
        assert (reply.status, reply.json()["code"]) == (404, "not_found")

    def test_inactive(self, http: Http, shop: Catalogue, shopper_token: str, admin_token: str) -> None:
        path = path_of(shop.product(is_active=False))
        assert [http("GET", path, token=token).status for token in (None, shopper_token, admin_token)] == [
            404,
            404,
            200,
        ]

    def test_unchanged(self, http: Http, shop: Catalogue) -> None:
        product = shop.product()
        reply = http("GET", path_of(product))
        assert reply.headers["cache-control"] == "no-cache"
        again = http("GET", path_of(product), headers={"If-None-Match": reply.headers["etag"]})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", reply.headers["etag"])
        shop.stock(product, 1)
        assert http("GET", path_of(product), headers={"If-None-Match": reply.headers["etag"]}).status == 200

    def test_in_another_currency(self, http: Http, shop: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
        product = shop.product()
        monkeypatch.setenv("CURRENCY", "CHF")
        assert http("GET", path_of(product)).json()["currency"] == "CHF"

    def test_bad_token(self, http: Http, shop: Catalogue) -> None:
        assert http("GET", path_of(shop.product()), token="forged").status == 401


class TestReadListing:
    PATH = f"{PRODUCTS}/by-handle/mug"

    @pytest.mark.parametrize("handle", ["%00", "x" * 201])
    def test_invalid(self, http: Http, handle: str) -> None:
        assert fields_named(http("GET", f"{PRODUCTS}/by-handle/{handle}")) == ["handle"]

    def test_missing(self, http: Http) -> None:
        assert http("GET", self.PATH).status == 404

    def test_variants(self, http: Http, shop: Catalogue) -> None:
        shop.category("Kitchen")
        large = shop.product(
            handle="mug", name="Mug", description="first", categories=["kitchen"], options={"Size": "L"}
        )
        small = shop.product(handle="mug", name="Mug, small", options={"Size": "S"})
        reply = http("GET", self.PATH)
        assert reply.json() == {
            "handle": "mug",
            "name": "Mug",
            "description": "first",
            "categories": ["kitchen"],
            "images": [],
            "variants": [large, small],
        }
        assert http("GET", self.PATH, headers={"If-None-Match": reply.headers["etag"]}).status == 304

    def test_inactive_variants(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        hidden = shop.product(handle="mug", is_active=False, description="of the first")
        assert http("GET", self.PATH).status == 404
        shown = shop.product(handle="mug", options={"Size": "S"})
        public, all_of_them = http("GET", self.PATH).json(), http("GET", self.PATH, token=admin_token).json()
        assert [variant["id"] for variant in public["variants"]] == [shown["id"]]
        assert [variant["id"] for variant in all_of_them["variants"]] == [hidden["id"], shown["id"]]
        assert public["description"] == "of the first"
