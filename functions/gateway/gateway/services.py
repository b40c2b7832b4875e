"""The services that the gateway stands in front of."""

from functools import cache

from shopkit import settings
from shopkit.clients import ServiceClient


@cache
def catalog() -> ServiceClient:
    return ServiceClient("catalog", settings.required("CATALOG_URL"), caller="gateway")


@cache
def auth() -> ServiceClient:
    return ServiceClient("auth", settings.required("AUTH_URL"), caller="gateway")
