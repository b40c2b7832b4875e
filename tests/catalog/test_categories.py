"""Categories."""

from typing import Any

import pytest

from factories.catalogue import CATEGORIES, NOWHERE, Catalogue, fields_named, path_of
from factories.events import Http


class TestListCategories:
    def test_valid(self, http: Http, shop: Catalogue) -> None:
        kitchen, garden = shop.category("Kitchen"), shop.category("garden")
        shop.product(handle="mug", categories=["kitchen"])
        shop.product(handle="mug", options={"Size": "L"})
        shop.product(categories=["kitchen"], is_active=False)
        reply = http("GET", CATEGORIES)
        assert reply.json() == {"items": [garden, kitchen | {"count": 1}], "next_cursor": None}
        assert reply.headers["cache-control"] == "no-store"

    def test_pages(self, http: Http, shop: Catalogue) -> None:
        for name in "cab":
            shop.category(name)
        first = http("GET", CATEGORIES, query={"limit": 2}).json()
        second = http("GET", CATEGORIES, query={"limit": 2, "cursor": first["next_cursor"]}).json()
        assert [item["name"] for item in first["items"] + second["items"]] == ["a", "b", "c"]
        assert second["next_cursor"] is None

    def test_pages_of_the_longest_names(self, http: Http, shop: Catalogue) -> None:
        names = [f"{'🪁' * 199}{letter}" for letter in "ab"]
        for letter, name in zip("ab", names, strict=True):
            shop.category(name, slug=letter)
        first = http("GET", CATEGORIES, query={"limit": 1}).json()
        second = http("GET", CATEGORIES, query={"limit": 1, "cursor": first["next_cursor"]}).json()
        assert [item["name"] for item in first["items"] + second["items"]] == names

    @pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"cursor": "x"}, {"cursor": ""}])
    def test_invalid(self, http: Http, query: dict[str, Any]) -> None:
        assert fields_named(http("GET", CATEGORIES, query=query)) == list(query)


class TestCreateCategory:
    def test_anonymous(self, http: Http) -> None:
        assert http("POST", CATEGORIES, json_body={"name": "Kitchen"}).status == 401

    def test_shopper(self, http: Http, shopper_token: str) -> None:
        assert http("POST", CATEGORIES, json_body={"name": "Kitchen"}, token=shopper_token).status == 403

    @pytest.mark.parametrize(
        ("field", "value"), [("name", ""), ("name", "a\x00"), ("name", None), ("slug", "Not One"), ("colour", "blue")]
    )
    def test_invalid(self, http: Http, admin_token: str, field: str, value: Any) -> None:
        reply = http("POST", CATEGORIES, json_body={"name": "Kitchen"} | {field: value}, token=admin_token)
        assert fields_named(reply) == [field]

    def test_slug_of_another(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        shop.category("Kitchen")
        reply = http("POST", CATEGORIES, json_body={"name": "KITCHEN"}, token=admin_token)
        assert reply.status == 409
        assert reply.json().items() >= {"code": "slug_taken", "slug": "kitchen"}.items()

    def test_valid(self, shop: Catalogue) -> None:
        category = shop.category("Käse & Wein")
        assert category == {"id": category["id"], "name": "Käse & Wein", "slug": "kase-wein", "count": 0}
        assert shop.category("Cheese", slug="cheese_2")["slug"] == "cheese_2"


class TestChangeCategory:
    def test_anonymous(self, http: Http, shop: Catalogue) -> None:
        assert http("PATCH", self.path(shop), json_body={"name": "N"}).status == 401

    def test_shopper(self, http: Http, shop: Catalogue, shopper_token: str) -> None:
        assert http("PATCH", self.path(shop), json_body={"name": "N"}, token=shopper_token).status == 403

    @pytest.mark.parametrize("field", ["name", "slug", "count"])
    def test_invalid(self, http: Http, shop: Catalogue, admin_token: str, field: str) -> None:
        assert fields_named(http("PATCH", self.path(shop), json_body={field: None}, token=admin_token)) == [field]

    def test_missing(self, http: Http, admin_token: str) -> None:
        assert http("PATCH", f"{CATEGORIES}/{NOWHERE}", json_body={"name": "N"}, token=admin_token).status == 404

    def test_slug_of_another(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        shop.category("Garden")
        reply = http("PATCH", self.path(shop), json_body={"slug": "garden"}, token=admin_token)
        assert (reply.status, reply.json()["code"]) == (409, "slug_taken")

    def test_valid(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        path = self.path(shop)
        product = shop.product(categories=["kitchen"])
        tag = http("GET", path_of(product)).headers["etag"]
        reply = http("PATCH", path, json_body={"slug": "cooking"}, token=admin_token)
        assert (reply.status, reply.json()["name"], reply.json()["slug"]) == (200, "Kitchen", "cooking")
        read = http("GET", path_of(product))
        assert read.json()["categories"] == ["cooking"]
        assert read.headers["etag"] != tag

    @staticmethod
    def path(shop: Catalogue) -> str:
        return f"{CATEGORIES}/{shop.category('Kitchen')['id']}"


class TestRemoveCategory:
    def test_anonymous(self, http: Http) -> None:
        assert http("DELETE", f"{CATEGORIES}/{NOWHERE}").status == 401

    def test_shopper(self, http: Http, shopper_token: str) -> None:
        assert http("DELETE", f"{CATEGORIES}/{NOWHERE}", token=shopper_token).status == 403

    def test_invalid(self, http: Http, admin_token: str) -> None:
        assert fields_named(http("DELETE", f"{CATEGORIES}/1", token=admin_token)) == ["category_id"]

    def test_missing(self, http: Http, admin_token: str) -> None:
        assert http("DELETE", f"{CATEGORIES}/{NOWHERE}", token=admin_token).status == 404

    def test_valid(self, http: Http, shop: Catalogue, admin_token: str) -> None:
        kitchen = shop.category("Kitchen")
        product = shop.product(categories=["kitchen"])
        assert http("DELETE", f"{CATEGORIES}/{kitchen['id']}", token=admin_token).status == 204
        assert http("GET", path_of(product)).json()["categories"] == []
        assert http("GET", CATEGORIES).json()["items"] == []
