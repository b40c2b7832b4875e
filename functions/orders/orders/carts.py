"""What orders asks of cart: the shopper's cart as it is stored, and to empty it once it is bought."""

import json
from functools import cache
from uuid import UUID

from orders import settings
from orders.attempts import lines_in
from orders.domain import Cart
from orders.errors import CartEmpty
from orders.patience import patiently
from shopkit.clients import ServiceClient
from shopkit.errors import Unavailable

OK, EMPTIED, CHANGED = 200, 204, 409


@cache
def cart() -> ServiceClient:
    return ServiceClient("cart", settings.cart_url(), caller="orders")


async def read(user_id: UUID) -> Cart:
    """The shopper's cart. Raises CartEmpty, and Unavailable where cart cannot be asked."""
    with patiently():
        answer = await cart().request("GET", f"/internal/cart/{user_id}")
    if answer.status != OK:
        raise Unavailable("cart")
    found = json.loads(answer.body)
    if not found["items"]:
        raise CartEmpty
    return Cart(UUID(found["cart_id"]), found["version"], lines_in(found["items"]))


async def empty(user_id: UUID, bought: Cart) -> None:
    """Empty the cart, unless it has changed since it was read. Raises Unavailable where cart cannot be asked.

    Repeated, it finds a cart that has changed.
    """
    body = json.dumps({"cart_id": str(bought.id), "version": bought.version}).encode()
    headers = {"content-type": "application/json"}
    with patiently():
        answer = await cart().request("POST", f"/internal/cart/{user_id}/empty", headers=headers, body=body)
    if answer.status not in {EMPTIED, CHANGED}:
        raise Unavailable("cart")
