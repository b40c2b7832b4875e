"""The services that the gateway stands in front of."""

from functools import cache

from shopkit import context, settings
from shopkit.calls import Answer
from shopkit.clients import ServiceClient

PATIENCE = 8.0
"""Seconds for which a shopper looks at an empty window; a call of the API may take longer."""


@cache
def catalog() -> ServiceClient:
    return ServiceClient("catalog", settings.required("CATALOG_URL"), caller="gateway")


@cache
def auth() -> ServiceClient:
    return ServiceClient("auth", settings.required("AUTH_URL"), caller="gateway")


@cache
def cart() -> ServiceClient:
    return ServiceClient("cart", settings.required("CART_URL"), caller="gateway")


@cache
def orders() -> ServiceClient:
    return ServiceClient("orders", settings.required("ORDERS_URL"), caller="gateway")


@cache
def payments() -> ServiceClient:
    return ServiceClient("payments", settings.required("PAYMENTS_URL"), caller="gateway")


async def read_catalog(path: str, query: str = "") -> Answer:
    """What catalog tells the public, for a page. Raises Unavailable."""
    with context.no_longer_than(PATIENCE):
        return await catalog().request("GET", f"/catalog{path}", query=query)
