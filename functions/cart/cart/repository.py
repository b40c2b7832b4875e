"""Carts as Redis keeps them. Everything here raises CartUnavailable where Redis does not answer."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from cart import redis_server, scripts
from cart.domain import Cart, Line, Merged, Owner, Parcel, Seen
from cart.errors import CartChanged, CartFull, NotInCart, TooMany
from cart.redis_server import Script
from shopkit import money
from shopkit.errors import ShopError

REFUSALS: Mapping[str, type[ShopError]] = {each.code: each for each in (CartChanged, CartFull, NotInCart, TooMany)}
LINE = "line:"


async def read(owner: Owner) -> Cart:
    return _cart(await redis_server.read(_key(owner)))


async def add(owner: Owner, product_id: UUID, qty: int, seen: Seen) -> Cart:
    """The cart with so many more of a product. Raises CartFull and TooMany."""
    facts = {"sku": seen.sku, "name": seen.name, "price": money.text(seen.price), "currency": seen.currency}
    return (await _change(scripts.ADD, owner, str(product_id), qty, json.dumps(facts)))[0]


async def set_quantity(owner: Owner, product_id: UUID, qty: int) -> Cart:
    """The cart with just so many of a product, of which it has some; 0 removes it. Raises NotInCart and TooMany."""
    return (await _change(scripts.SET, owner, str(product_id), qty))[0]


async def empty(owner: Owner) -> Cart:
    return (await _change(scripts.EMPTY, owner))[0]


async def empty_only(owner: Owner, cart_id: UUID, version: int) -> None:
    """Empty the cart if it is still this one at this version. Raises CartChanged."""
    await _change(scripts.EMPTY, owner, str(cart_id), version)


async def take(guest: Owner, *, for_shopper: Owner) -> Parcel | None:
    """What a guest has, gone from his cart; or what had gone before and has not arrived. None if there is nothing."""
    content = await redis_server.run(scripts.TAKE, _key(guest), str(uuid4()), for_shopper)
    if content is None:
        return None
    facts = json.loads(content)
    return Parcel(facts["id"], Owner(facts["recipient"]), content)


async def receive(parcel: Parcel) -> Merged:
    """Put a parcel's lines into its recipient's cart, once."""
    _, (added, capped) = await _change(scripts.RECEIVE, parcel.recipient, parcel.content)
    return Merged(added, capped)


async def let_go(guest: Owner, parcel: Parcel) -> None:
    """Forget a parcel that has arrived."""
    await redis_server.run(scripts.LET_GO, _key(guest), str(uuid4()), parcel.id)


async def _change(script: Script, owner: Owner, *arguments: str | int) -> tuple[Cart, list[int]]:
    """The cart as it is now, and what else the script answers. Raises what it refuses."""
    outcome, fields, *more = await redis_server.run(script, _key(owner), str(uuid4()), *arguments)
    if outcome in REFUSALS:
        raise REFUSALS[outcome]
    return _cart(dict(zip(fields[::2], fields[1::2], strict=True))), more


def _key(owner: Owner) -> str:
    return f"cart:{owner}"


def _cart(fields: Mapping[str, str]) -> Cart:
    lines = [(name.removeprefix(LINE), json.loads(text)) for name, text in fields.items() if name.startswith(LINE)]
    lines.sort(key=lambda line: line[1]["position"])
    return Cart(
        id=UUID(fields["cart_id"]) if "cart_id" in fields else None,
        version=int(fields.get("version", 0)),
        lines=tuple(_line(UUID(product_id), facts) for product_id, facts in lines),
    )


def _line(product_id: UUID, facts: Mapping[str, Any]) -> Line:
    seen = Seen(facts["sku"], facts["name"], Decimal(facts["price"]), facts["currency"])
    return Line(product_id, facts["qty"], seen)
