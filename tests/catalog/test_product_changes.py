"""Products: changed and removed."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from factories.catalogue import NOWHERE, PRODUCTS, AtOnce, Catalogue, fields_named, path_of
from factories.events import Http, Reply
from factories.product_files import SOMEBODY_WAITS, Rows, one
from factories.waiting import eventually

Patch = Callable[..., Reply]


class TestChangeProduct:
    def test_anonymous(self, http: Http, shop: Catalogue) -> None:
        assert http("PATCH", path_of(shop.product()), json_body={"name": "N"}).status == 401

    def test_shopper(self, http: Http, shop: Catalogue, shopper_token: str) -> None:
        assert http("PATCH", path_of(shop.product()), json_body={"name": "N"}, token=shopper_token).status == 403

    @pytest.mark.parametrize(
        "field", ["sku", "name", "price", "handle", "options", "description", "is_active", "categories", "stock", "id"]
    )
    def test_null_or_unknown(self, http: Http, shop: Catalogue, admin_token: str, field: str) -> None:
        reply = http("PATCH", path_of(shop.product()), json_body={field: None}, token=admin_token)
        assert fields_named(reply) == [field]

    @pytest.mark.parametrize(
        ("field", "value"),
        [("price", "1_000"), ("is_active", "yes"), ("is_active", 0), ("options", {"Size": "S", "Size ": "M"})],
    )
    def test_invalid(self, http: Http, shop: Catalogue, admin_token: str, field: str, value: Any) -> None:
        reply = http("PATCH", path_of(shop.product()), json_body={field: value}, token=admin_token)
        assert fields_named(reply) == [field]

    def test_stock(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        assert fields_named(http("PATCH", path_of(shop.product()), json_body={"stock": 3}, token=admin_token)) == [
            "stock"
        ]

    def test_unknown_category(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        product = shop.product()
        body = {"name": "New", "categories": ["nowhere"]}
        assert fields_named(http("PATCH", path_of(product), json_body=body, token=admin_token)) == ["categories"]
        assert http("GET", path_of(product)).json() == product

    def test_missing(self, http: Http, admin_token: str) -> None:
        assert http("PATCH", f"{PRODUCTS}/{NOWHERE}", json_body={}, token=admin_token).status == 404

    def test_sku_of_another(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        shop.product(sku="A")
        reply = http("PATCH", path_of(shop.product(sku="B")), json_body={"sku": "A"}, token=admin_token)
        assert (reply.status, reply.json()["code"]) == (409, "sku_taken")

    def test_variant_of_another(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        shop.product(handle="mug")
        reply = http("PATCH", path_of(shop.product()), json_body={"handle": "mug"}, token=admin_token)
        assert (reply.status, reply.json()["code"], reply.json()["handle"]) == (409, "variant_exists", "mug")

    def test_stale(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        product = shop.product()
        read = http("GET", path_of(product)).headers["etag"]
        shop.change(product, name="Changed meanwhile")
        stale = {"If-Match": read}
        reply = http("PATCH", path_of(product), json_body={"name": "Mine"}, headers=stale, token=admin_token)
        assert (reply.status, reply.json()["code"]) == (412, "precondition_failed")
        assert http("GET", path_of(product)).json()["name"] == "Changed meanwhile"

    def test_fresh(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        product = shop.product()
        fresh = {"If-Match": http("GET", path_of(product)).headers["etag"]}
        reply = http("PATCH", path_of(product), json_body={"name": "Mine"}, headers=fresh, token=admin_token)
        assert (reply.status, reply.json()["name"]) == (200, "Mine")
        assert http("GET", path_of(product)).headers["etag"] == reply.headers["etag"]

    def test_everything(self, shop: Catalogue) -> None:
        shop.category("Kitchen")
        product = shop.product(stock=3)
        given = {
            "sku": "OTHER",
            "name": "Other",
            "handle": "other",
            "options": {"Size": "L"},
            "description": "Other.",
            "price": "1.00",
            "compare_at_price": "2.00",
            "is_active": False,
            "categories": ["kitchen"],
        }
        changed = shop.change(product, **given)
        assert changed == product | given | {"updated_at": changed["updated_at"]}
        assert changed["updated_at"] > product["updated_at"]

    def test_nothing(self, shop: Catalogue) -> None:
        product = shop.product()
        assert shop.change(product) == product
        assert shop.change(product, name=product["name"], categories=[], handle=product["handle"]) == product

    def test_price_before(self, shop: Catalogue) -> None:
        product = shop.product(compare_at_price="20.00")
        assert shop.change(product, compare_at_price=None)["compare_at_price"] is None

    def test_what_variants_share(self, http: Http, shop: Catalogue) -> None:
        shop.category("Kitchen")
        first, other = shop.product(handle="mug"), shop.product(handle="mug", options={"Size": "L"})
        shop.change(other, description="New.", categories=["kitchen"], name="Large mug")
        read = http("GET", path_of(first)).json()
        assert (read["description"], read["categories"], read["name"]) == ("New.", ["kitchen"], first["name"])
        assert read["updated_at"] > first["updated_at"]


class TestChangeHandle:
    def test_of_the_only_variant(self, http: Http, shop: Catalogue) -> None:
        shop.category("Kitchen")
        product = shop.product(handle="mug", description="Mug.", categories=["kitchen"])
        changed = shop.change(product, handle="cup")
        assert (changed["handle"], changed["description"], changed["categories"]) == ("cup", "Mug.", ["kitchen"])
        assert http("GET", f"{PRODUCTS}/by-handle/mug").status == 404

    def test_of_one_of_several(self, http: Http, shop: Catalogue) -> None:
        shop.product(handle="mug", description="Mug.")
        changed = shop.change(shop.product(handle="mug", options={"Size": "L"}), handle="jug")
        assert (changed["handle"], changed["description"]) == ("jug", "Mug.")
        assert len(http("GET", f"{PRODUCTS}/by-handle/mug").json()["variants"]) == 1

    def test_to_one_in_use(self, http: Http, shop: Catalogue) -> None:
        shop.product(handle="mug", description="Mug.")
        changed = shop.change(shop.product(handle="cup", options={"Size": "L"}, description="Cup."), handle="mug")
        assert (changed["handle"], changed["description"]) == ("mug", "Mug.")
        assert len(http("GET", f"{PRODUCTS}/by-handle/mug").json()["variants"]) == 2
        assert http("GET", f"{PRODUCTS}/by-handle/cup").status == 404

    def test_of_one_product_at_once(self, at_once: AtOnce, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(handle="mug")
        shop.product(handle="mug", options={"Size": "L"})
        changes: list[dict[str, str]] = [{"handle": f"mug-{n}"} if n % 2 else {"name": f"Mug {n}"} for n in range(20)]
        answers = at_once(*[("PATCH", path_of(product), each) for each in changes])
        assert [answer.status_code for answer in answers] == [200] * 20
        assert one(rows, "SELECT count(*) FROM listings") == 2

    def test_crosswise_at_once(self, at_once: AtOnce, shop: Catalogue, rows: Rows) -> None:
        products = [shop.product(handle=handle, options={"Size": size}) for handle, size in ("aS", "bM", "aL", "bX")]
        requests = [
            ("PATCH", path_of(products[n % 2]), {"handle": handle, "name": f"Mug {n}"})
            for n, handle in enumerate("aabbbbaa" * 3)
        ]
        assert [answer.status_code for answer in at_once(*requests)] == [200] * 24
        assert one(rows, "SELECT count(*) FROM listings") == 2


class TestMeanwhile:
    @pytest.fixture
    def patch(self, http: Http, admin_token: str) -> Patch:
        return lambda product, **body: http("PATCH", path_of(product), json_body=body, token=admin_token)

    def test_waiting_in_a_circle(self, patch: Patch, shop: Catalogue, rows: Rows) -> None:
        """Each waits for what the other has: Postgres lets one of them go on."""
        first, second = shop.product(sku="A"), shop.product(sku="B")
        with psycopg.connect(rows.info.dsn, password="only-for-tests") as other, ThreadPoolExecutor() as background:
            other.execute("UPDATE products SET sku = 'C' WHERE id = %s", [second["id"]])
            changing = background.submit(patch, first, sku="B")
            asyncio.run(eventually(lambda: one(rows, SOMEBODY_WAITS)))
            other.execute("UPDATE products SET stock = 1 WHERE id = %s", [first["id"]])
            other.commit()
            reply = changing.result()
        assert (reply.status, reply.json()["code"]) == (409, "conflict")

    def test_a_category_goes(self, patch: Patch, shop: Catalogue, rows: Rows) -> None:
        shop.category("Kitchen")
        product = shop.product(categories=["kitchen"])
        with psycopg.connect(rows.info.dsn, password="only-for-tests") as other, ThreadPoolExecutor() as background:
            other.execute("DELETE FROM categories")
            changing = background.submit(patch, product, handle="elsewhere")
            asyncio.run(eventually(lambda: one(rows, SOMEBODY_WAITS)))
            other.commit()
            reply = changing.result()
        assert (reply.status, reply.json()["categories"]) == (200, [])


class TestRemoveProduct:
    def test_anonymous(self, http: Http, shop: Catalogue) -> None:
        assert http("DELETE", path_of(shop.product())).status == 401

    def test_shopper(self, http: Http, shop: Catalogue, shopper_token: str) -> None:
        assert http("DELETE", path_of(shop.product()), token=shopper_token).status == 403

    def test_missing(self, http: Http, admin_token: str) -> None:
        assert http("DELETE", f"{PRODUCTS}/{NOWHERE}", token=admin_token).status == 404

    def test_hides_it_from_everybody(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        product = shop.product(stock=1)
        reply = http("DELETE", path_of(product), token=admin_token)
        assert (reply.status, reply.body) == (204, b"")
        for method, path in [("GET", ""), ("DELETE", ""), ("PATCH", ""), ("GET", "/stock")]:
            reply = http(method, path_of(product) + path, json_body={}, token=admin_token)
            assert reply.status == 404
        assert shop.stock(product, 1).status == 404
        assert shop.listed(token=admin_token, active="all")["items"] == []

    def test_leaves_its_variants(self, http: Http, shop: Catalogue) -> None:
        shop.category("Kitchen")
        lead = shop.product(handle="mug", description="Mug.", categories=["kitchen"])
        other = shop.product(handle="mug", options={"Size": "L"})
        shop.remove(lead)
        read = http("GET", path_of(other)).json()
        assert (read["description"], read["categories"]) == ("Mug.", ["kitchen"])

    def test_keeps_the_row(self, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=2)
        shop.remove(product)
        assert one(rows, "SELECT stock FROM products WHERE deleted_at IS NOT NULL") == 2
        assert one(rows, "SELECT count(*) FROM listings") == 0

    def test_of_one_handle_at_once(self, at_once: AtOnce, shop: Catalogue, rows: Rows) -> None:
        variants = [shop.product(handle="mug", options={"Size": str(n)}) for n in range(4)]
        answers = at_once(*[("DELETE", path_of(variant), {}) for variant in variants])
        assert [answer.status_code for answer in answers] == [204] * 4
        assert one(rows, "SELECT count(*) FROM listings") == 0
