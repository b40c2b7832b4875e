"""What orders asks of a cart."""

from collections.abc import Callable
from typing import Any

import pytest

from factories.carts import NOWHERE, Basket, Products, internal
from factories.events import Http

OPERATIONS = [("GET", "", None), ("POST", "/empty", {"cart_id": NOWHERE, "version": 1})]


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
class TestEveryOperation:
    def test_through_api_gateway(self, http: Http, method: str, path: str, body: Any) -> None:
        reply = http(method, f"/internal/cart/{NOWHERE}{path}", json_body=body, headers=internal("orders"))
        assert reply.status == 404

    def test_without_internal_token(self, http: Http, shopper_token: str, method: str, path: str, body: Any) -> None:
        path = f"/internal/cart/{NOWHERE}{path}"
        assert http(method, path, json_body=body, token=shopper_token, api_id="direct").status == 401

    def test_another_service(self, shopper: Basket, method: str, path: str, body: Any) -> None:
        assert shopper.as_orders(method, path, body, caller="gateway").status == 403

    def test_no_owner(self, http: Http, method: str, path: str, body: Any) -> None:
        path = f"/internal/cart/nobody{path}"
        assert http(method, path, json_body=body, headers=internal("orders"), api_id="direct").status == 422


class TestRead:
    def test_empty(self, shopper: Basket) -> None:
        assert shopper.stored() == {"cart_id": None, "version": 0, "items": []}

    def test_valid(self, shopper: Basket, products: Products) -> None:
        mug = products.make(sku="MUG", name="Mug", price="12.50")
        shopper.add(mug, 2)
        products.change(mug, price="13.00")
        stored = shopper.stored()
        assert stored == {
            "cart_id": stored["cart_id"],
            "version": 1,
            "items": [
                {
                    "product_id": mug["id"],
                    "sku": "MUG",
                    "name": "Mug",
                    "qty": 2,
                    "price_seen": "12.50",
                    "currency": "EUR",
                }
            ],
        }

    def test_of_a_guest(self, guest: Basket, products: Products) -> None:
        guest.add(products.make())
        assert len(guest.stored()["items"]) == 1

    def test_keeps_its_id(self, shopper: Basket, products: Products) -> None:
        shopper.add(products.make())
        before = shopper.stored()
        shopper.add(products.make())
        after = shopper.stored()
        assert (after["cart_id"], after["version"]) == (before["cart_id"], 2)


class TestEmpty:
    @pytest.fixture
    def bought(self, shopper: Basket, products: Products) -> dict[str, Any]:
        """A cart as orders has read it."""
        shopper.add(products.make())
        stored = shopper.stored()
        return {"cart_id": stored["cart_id"], "version": stored["version"]}

    @pytest.mark.parametrize(("field", "value"), [("cart_id", None), ("version", "1"), ("version", None)])
    def test_invalid(self, shopper: Basket, bought: dict[str, Any], field: str, value: Any) -> None:
        reply = shopper.as_orders("POST", "/empty", bought | {field: value})
        assert (reply.status, reply.json()["errors"][0]["loc"][1]) == (422, field)

    def test_no_cart(self, shopper: Basket) -> None:
        reply = shopper.as_orders("POST", "/empty", {"cart_id": NOWHERE, "version": 0})
        assert (reply.status, reply.json()["code"]) == (409, "cart_changed")

    @pytest.mark.parametrize("change", [{"version": 2}, {"version": 0}, {"cart_id": NOWHERE}])
    def test_another_version(self, shopper: Basket, bought: dict[str, Any], change: dict[str, Any]) -> None:
        reply = shopper.as_orders("POST", "/empty", bought | change)
        assert (reply.status, reply.json()["code"]) == (409, "cart_changed")
        assert shopper.show()["count"] == 1

    def test_changed_meanwhile(self, shopper: Basket, products: Products, bought: dict[str, Any]) -> None:
        shopper.add(products.make())
        assert shopper.as_orders("POST", "/empty", bought).status == 409
        assert shopper.show()["count"] == 2

    def test_valid(self, shopper: Basket, products: Products, bought: dict[str, Any]) -> None:
        assert shopper.as_orders("POST", "/empty", bought).status == 204
        assert shopper.show()["items"] == []
        shopper.add(products.make())
        after = shopper.stored()
        assert after["cart_id"] != bought["cart_id"]
        assert after["version"] > bought["version"]

    def test_twice(self, shopper: Basket, products: Products, bought: dict[str, Any]) -> None:
        """The second time it is another cart already, and keeps what it has."""
        shopper.as_orders("POST", "/empty", bought)
        shopper.add(products.make())
        assert shopper.as_orders("POST", "/empty", bought).status == 409
        assert shopper.show()["count"] == 1

    def test_somebody_elses(self, make_shopper: Callable[[], Basket], shopper: Basket, bought: dict[str, Any]) -> None:
        assert make_shopper().as_orders("POST", "/empty", bought).status == 409
        assert shopper.show()["count"] == 1
