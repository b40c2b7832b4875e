"""Orders, asked on behalf of a shopper or an administrator."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from gateway import asking, services
from gateway.session import Visitor
from shopkit import context
from shopkit.calls import Answer

Order = dict[str, Any]
"""An order of the service's answers."""

ATTEMPTS = 3
LONGEST_PAUSE = 2.0
"""Seconds between two attempts, whatever the service asks for."""


async def place(who: Visitor, wanted: Mapping[str, Any], key: str) -> Answer:
    """Turn the visitor's cart into an order: 201, or what stands against it (409, 422).

    A form that is sent twice has the same key. While the first one is at work, the second one waits for its answer.
    Raises Unavailable; whether there is an order is not known then, and the same key asks for the same one.
    """
    for attempt in range(1, ATTEMPTS + 1):
        headers = {"idempotency-key": key}
        answer = await asking.ask(services.orders(), who, "POST", "/order/create", json_body=wanted, headers=headers)
        if attempt == ATTEMPTS or not is_still_running(answer):
            break
        await asyncio.sleep(min(LONGEST_PAUSE, float(answer.headers.get("retry-after", LONGEST_PAUSE))))
    return answer


def is_still_running(answer: Answer) -> bool:
    """Whether an earlier request with the same key has not ended yet."""
    return answer.status == 409 and json.loads(answer.body)["code"] == "still_running"  # noqa: PLR2004


async def find(who: Visitor, order_id: str) -> Order:
    """Raises NotFound, also of an order of somebody else, and Unavailable."""
    return await _read(who, f"/order/{order_id}")


async def shipping_methods(who: Visitor) -> list[dict[str, Any]]:
    """All of them, as `{id, name, price, needs_address}`. Raises Unavailable."""
    methods: list[dict[str, Any]] = (await _read(who, "/shipping-methods"))["items"]
    return methods


async def listed(who: Visitor, query: Mapping[str, str], *, of_everybody: bool = False) -> Answer:
    """A page of the visitor's orders, or of all orders; 422 for a query that is none. Raises Unavailable."""
    path = "/admin/orders" if of_everybody else "/orders"
    with context.no_longer_than(services.PATIENCE):
        return await asking.ask(services.orders(), who, "GET", path, query=query)


async def cancel(who: Visitor, order_id: str, note: str) -> Answer:
    return await _change(who, f"/order/{order_id}/cancel", note)


async def move(who: Visitor, order_id: str, status: str, note: str) -> Answer:
    """Move an order on, as administrators may."""
    return await _change(who, f"/admin/orders/{order_id}/status", note, status=status)


async def refund(who: Visitor, order_id: str, note: str) -> Answer:
    """Cancel an order that is paid for, and give the money back."""
    return await _change(who, f"/admin/orders/{order_id}/refund", note)


async def _change(who: Visitor, path: str, note: str, **changes: str) -> Answer:
    """200, or what stands against it: 409 where the order has moved on, 422. Raises NotFound and Unavailable."""
    body = {**changes, "note": note} if note else changes
    with context.no_longer_than(services.PATIENCE):
        return await asking.ask(services.orders(), who, "POST", path, json_body=body)


async def _read(who: Visitor, path: str) -> dict[str, Any]:
    with context.no_longer_than(services.PATIENCE):
        answer = await asking.ask(services.orders(), who, "GET", path)
    found: dict[str, Any] = json.loads(answer.body)
    return found
