"""What only services may ask."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from catalog.offers import Offers
from factories.catalogue import NOWHERE, Catalogue, fields_named
from factories.events import Http, Reply
from shopkit import runtime
from shopkit.auth.internal import token_for

PATH = "/internal/products"
Ask = Callable[..., Reply]


@pytest.fixture
def ask(http: Http) -> Ask:
    """Asks for offers as another service does."""

    def ask(*ids: str, caller: str = "cart") -> Reply:
        token = runtime.loop().run_until_complete(token_for(caller, "catalog"))
        return http("GET", PATH, query={"ids": ",".join(ids)}, headers={"x-internal-token": token}, api_id="direct")

    return ask


class TestListOffers:
    def test_through_api_gateway(self, http: Http) -> None:
        assert http("GET", PATH, query={"ids": NOWHERE}).status == 404

    def test_anonymous(self, http: Http) -> None:
        assert http("GET", PATH, query={"ids": NOWHERE}, api_id="direct").status == 401

    def test_administrator(self, http: Http, admin_token: str) -> None:
        assert http("GET", PATH, query={"ids": NOWHERE}, token=admin_token, api_id="direct").status == 401

    def test_another_service(self, ask: Ask) -> None:
        """The gateway asks on behalf of visitors, who must not see what is switched off."""
        assert ask(NOWHERE, caller="gateway").status == 403

    @pytest.mark.parametrize("ids", [["x"], [""], [NOWHERE, ""], [str(uuid4()) for _ in range(101)]])
    def test_invalid(self, ask: Ask, ids: list[str]) -> None:
        assert "ids" in fields_named(ask(*ids))

    def test_without_ids(self, http: Http) -> None:
        token = runtime.loop().run_until_complete(token_for("cart", "catalog"))
        reply = http("GET", PATH, headers={"x-internal-token": token}, api_id="direct")
        assert fields_named(reply) == ["ids"]

    def test_missing(self, ask: Ask, shop: Catalogue) -> None:
        deleted = shop.product()
        shop.remove(deleted)
        reply = ask(NOWHERE, deleted["id"])
        assert (reply.status, reply.json()) == (200, {"items": []})
        assert reply.headers["cache-control"] == "no-store"

    def test_inactive(self, ask: Ask, shop: Catalogue) -> None:
        product = shop.product(is_active=False)
        assert [item["is_active"] for item in ask(product["id"]).json()["items"]] == [False]

    def test_valid(self, ask: Ask, shop: Catalogue, rows: psycopg.Connection[Any]) -> None:
        mug = shop.product(sku="MUG", name="Mug", handle="mug", price="12.5", stock=3, options={"Size": "L"})
        for position, key in ((2, "second"), (1, "first")):
            rows.execute(
                "INSERT INTO product_images (listing_id, storage_key, position)"
                " SELECT listing_id, %s, %s FROM products WHERE id = %s",
                [key, position, mug["id"]],
            )
        answer = ask(mug["id"], shop.product()["id"]).json()
        assert Offers.model_validate(answer, extra="forbid")
        assert len(answer["items"]) == 2
        assert next(item for item in answer["items"] if item["sku"] == "MUG") == {
            "id": mug["id"], "sku": "MUG", "name": "Mug", "handle": "mug", "options": {"Size": "L"}, "price": "12.50",
            "currency": "EUR", "stock": 3, "is_active": True, "image": "https://pictures.test/first",
        }  # fmt: skip

    def test_a_hundred(self, ask: Ask, shop: Catalogue) -> None:
        products = [shop.product()["id"] for _ in range(3)]
        reply = ask(*products, *(str(uuid4()) for _ in range(97)))
        assert sorted(item["id"] for item in reply.json()["items"]) == sorted(products)
