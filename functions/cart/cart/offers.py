"""What catalog says of products: one call, however many they are."""

import json
from collections.abc import Collection
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from cart import settings
from cart.domain import Seen
from cart.pricing import Offer, Offers
from shopkit import context
from shopkit.clients import ServiceClient
from shopkit.errors import Unavailable

PATIENCE, SHARE = 5.0, 0.75
"""Seconds, and of the caller's time: a cart can be shown without catalog, too, while he still waits."""
OK = 200


@cache
def catalog() -> ServiceClient:
    return ServiceClient("catalog", settings.catalog_url(), caller="cart")


async def find(product_ids: Collection[UUID]) -> Offers:
    """What catalog has under these ids, at most 100; inactive products too. Raises Unavailable."""
    if not product_ids:
        return {}
    with context.no_longer_than(SHARE * context.seconds_left(PATIENCE / SHARE)):
        answer = await catalog().request("GET", "/internal/products", query="ids=" + ",".join(map(str, product_ids)))
    if answer.status != OK:
        raise Unavailable("catalog")
    found = {UUID(facts["id"]): _offer(facts) for facts in json.loads(answer.body)["items"]}
    return {product_id: found.get(product_id) for product_id in product_ids}


def _offer(facts: dict[str, Any]) -> Offer:
    return Offer(
        Seen(facts["sku"], facts["name"], Decimal(facts["price"]), facts["currency"]),
        handle=facts["handle"],
        options=facts["options"],
        image=facts["image"],
        stock=facts["stock"],
        is_active=facts["is_active"],
    )
