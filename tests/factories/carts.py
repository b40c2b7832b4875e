"""Carts as the gateway uses them, and as orders do."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from factories.events import Http, Reply
from shopkit import runtime
from shopkit.auth.internal import token_for

NOWHERE = "00000000-0000-4000-8000-000000000000"
"""An id that nothing has."""

_numbers = count(1)


def internal(caller: str) -> dict[str, str]:
    """The header by which cart knows a service."""
    return {"x-internal-token": runtime.loop().run_until_complete(token_for(caller, "cart"))}


@dataclass(frozen=True)
class Basket:
    """The cart of one owner."""

    http: Http
    owner: str
    identity: Mapping[str, str]

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Reply:
        headers = {**internal("gateway"), **self.identity}
        return self.http(method, f"/cart{path}", json_body=body, headers=headers, api_id="direct", **more)

    def add(self, product: Mapping[str, Any], qty: int = 1) -> dict[str, Any]:
        return told(self.ask("POST", "/add", {"product_id": product["id"], "qty": qty}))

    def update(self, product: Mapping[str, Any], qty: int) -> dict[str, Any]:
        return told(self.ask("POST", "/update", {"product_id": product["id"], "qty": qty}))

    def remove(self, product: Mapping[str, Any]) -> dict[str, Any]:
        return told(self.ask("POST", "/remove", {"product_id": product["id"]}))

    def show(self) -> dict[str, Any]:
        return told(self.ask("GET", ""))

    def merge(self, guest: "Basket") -> dict[str, Any]:
        return told(self.ask("POST", "/merge", {"from": guest.owner}))

    def stored(self) -> dict[str, Any]:
        """As orders reads it."""
        return told(self.as_orders("GET", ""))

    def as_orders(self, method: str, path: str, body: Any = None, *, caller: str = "orders") -> Reply:
        path = f"/internal/cart/{self.owner}{path}"
        return self.http(method, path, json_body=body, headers=internal(caller), api_id="direct")


def told(reply: Reply) -> dict[str, Any]:
    assert reply.status == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


def guest_of(http: Http) -> Basket:
    owner = f"guest:{uuid.uuid4()}"
    return Basket(http, owner, {"x-cart-owner": owner})


def quantities(cart: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Products and how many, in the cart's order."""
    return [(item["product_id"], item["qty"]) for item in cart["items"]]


@dataclass(frozen=True)
class Products:
    """Catalog, as an administrator uses it over HTTP."""

    url: str
    token: str

    def make(self, **fields: Any) -> dict[str, Any]:
        number = next(_numbers)
        body = {"sku": f"CART-{number}", "name": f"Thing {number}", "price": "10.00", "stock": 5, **fields}
        return self._sent("POST", "", body, 201)

    def change(self, product: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
        return self._sent("PATCH", f"/{product['id']}", fields, 200)

    def move_stock(self, product: Mapping[str, Any], delta: int) -> dict[str, Any]:
        return self._sent("POST", f"/{product['id']}/stock", {"delta": delta, "reason": "counted"}, 200)

    def shown(self, product: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("GET", f"/{product['id']}").json()
        return found

    def remove(self, product: Mapping[str, Any]) -> None:
        answer = self._ask("DELETE", f"/{product['id']}")
        assert answer.status_code == 204, answer.text

    def _sent(self, method: str, path: str, body: Mapping[str, Any], status: int) -> dict[str, Any]:
        answer = self._ask(method, path, json=body)
        assert answer.status_code == status, answer.text
        product: dict[str, Any] = answer.json()
        return product

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.request(method, f"{self.url}/catalog/products{path}", headers=headers, timeout=60, **more)


def at_once(app: Any, basket: Basket, requests: Sequence[tuple[str, Mapping[str, Any]]]) -> list[httpx.Response]:
    """The answers to POSTs below /cart that are sent together."""
    headers = {**internal("gateway"), **basket.identity}

    async def send() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://cart.test", headers=headers) as client:
            return await asyncio.gather(*(client.post(f"/cart{path}", json=body) for path, body in requests))

    return runtime.loop().run_until_complete(send())
