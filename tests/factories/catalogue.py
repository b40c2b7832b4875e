"""Products and categories, made and listed through the catalog itself."""

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Any

import httpx

from factories.events import Http, Reply
from shopkit import runtime

PRODUCTS = "/catalog/products"
CATEGORIES = "/catalog/categories"
NOWHERE = "00000000-0000-4000-8000-000000000000"
"""An id that nothing has."""

STOCK_UP = """
WITH l AS (
    INSERT INTO listings (handle, description) SELECT 'thing-' || n, 'oak' FROM generate_series(1, %s) n
    RETURNING id, handle
)
INSERT INTO products (listing_id, sku, name, options, price, position, created_at)
SELECT l.id, l.handle || '-' || v, 'Thing ' || (hashtext(l.handle) %% 7), json_build_object('Size', v::text),
       (hashtext(l.handle || v) & 15)::numeric, v, timestamptz '2026-01-01' + (hashtext(l.handle) & 31) * interval '1s'
FROM l, generate_series(1, %s) v"""
"""Inserts so many listings of so many variants; few prices, names and times, so that ids must tell many rows apart."""

_numbers = count(1)


class Catalogue:
    """The catalog as an administrator uses it. What is made is unlike all else, where nothing is said of it."""

    def __init__(self, http: Http, admin_token: str) -> None:
        self._http, self._token = http, admin_token

    def product(self, **fields: Any) -> dict[str, Any]:
        number = next(_numbers)
        return self._made(PRODUCTS, {"sku": f"SKU-{number}", "name": f"Thing {number}", "price": "10.00", **fields})

    def category(self, name: str, **fields: Any) -> dict[str, Any]:
        return self._made(CATEGORIES, {"name": name, **fields})

    def change(self, product: dict[str, Any], **fields: Any) -> dict[str, Any]:
        reply = self._http("PATCH", path_of(product), json_body=fields, token=self._token)
        assert reply.status == 200, reply.text
        changed: dict[str, Any] = reply.json()
        return changed

    def remove(self, product: dict[str, Any]) -> None:
        assert self._http("DELETE", path_of(product), token=self._token).status == 204

    def stock(self, product: dict[str, Any], delta: int, reason: str = "counted") -> Reply:
        body = {"delta": delta, "reason": reason}
        return self._http("POST", f"{path_of(product)}/stock", json_body=body, token=self._token)

    def listed(self, *, token: str | None = None, **query: Any) -> dict[str, Any]:
        """A page of products."""
        reply = self._http("GET", PRODUCTS, query=query, token=token)
        assert reply.status == 200, reply.text
        page: dict[str, Any] = reply.json()
        return page

    def skus(self, **query: Any) -> list[str]:
        return [item["sku"] for item in self.listed(**query)["items"]]

    def _made(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        reply = self._http("POST", path, json_body=body, token=self._token)
        assert reply.status == 201, reply.text
        made: dict[str, Any] = reply.json()
        return made


def path_of(product: dict[str, Any]) -> str:
    return f"{PRODUCTS}/{product['id']}"


def fields_named(reply: Reply) -> list[str]:
    """The fields that a 422 complains of."""
    assert reply.status == 422, reply.text
    return [each["loc"][1] for each in reply.json()["errors"]]


class AtOnce:
    """Sends an administrator's requests together: each has a transaction of its own."""

    def __init__(self, app: Any, token: str) -> None:
        self._app, self._headers = app, {"authorization": f"Bearer {token}"}

    def __call__(self, *requests: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
        return runtime.loop().run_until_complete(self._send(requests))

    async def _send(self, requests: Sequence[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test", headers=self._headers) as client:
            sent = [client.request(method, path, json=body or None) for method, path, body in requests]
            return await asyncio.gather(*sent)
