"""Attempts to place an order, as their rows keep them: each of these is one statement, committed by itself.

Whoever works on an attempt holds it under a lease, which is no more than a courtesy: what decides an attempt asks for
its state in the statement that changes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from orders.domain import Cart, CartLine, RecoveryPoint, Wish
from shopkit import money
from shopkit.db import reading, writing
from shopkit.db.forgetting import Kept

BEGIN = """
WITH attempt AS (
    INSERT INTO orders (id, user_id, leased_until, cart_id, cart_version, cart_lines, accepts_price_changes,
                        idempotency_key, currency, shipping_method, shipping)
    VALUES (%(id)s, %(user_id)s, now() + %(lease)s, %(cart_id)s, %(cart_version)s, %(lines)s, %(accepts)s,
            %(key)s, %(currency)s, %(shipping_method)s, %(shipping)s)
    ON CONFLICT DO NOTHING
    RETURNING *
), address AS (
    INSERT INTO addresses (order_id, name, line1, line2, city, postcode, country)
    SELECT id, a.name, a.line1, a.line2, a.city, a.postcode, a.country
    FROM attempt, jsonb_to_record(%(address)s::jsonb)
        AS a (name text, line1 text, line2 text, city text, postcode text, country text)
    WHERE %(address)s::jsonb IS NOT NULL
)
SELECT *, interval '0' AS age FROM attempt"""

TAKE = """
UPDATE orders SET leased_until = now() + %(lease)s
WHERE id = %(id)s AND recovery_point <> 'finished' AND leased_until <= now()
RETURNING *, now() - created_at AS age"""

LET_GO = "UPDATE orders SET leased_until = now() WHERE id = %(id)s AND leased_until = %(leased_until)s"

FINISH = "UPDATE orders SET recovery_point = 'finished' WHERE id = %(id)s AND recovery_point IN ('created', 'refused')"

REFUSED = Kept("orders", "created_at", timedelta(days=7), "status = 'rejected' AND recovery_point = 'finished'")
"""Attempts of which nobody asks any more: their keys are forgotten."""

OF_CART = """
SELECT id FROM orders WHERE cart_id = %(cart_id)s AND cart_version = %(cart_version)s AND status <> 'rejected'"""

UNFINISHED = """
SELECT id FROM orders WHERE recovery_point <> 'finished' AND leased_until <= now()
ORDER BY leased_until LIMIT %(limit)s"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """`key` is the Idempotency-Key under which the outcome is kept, if there is one; `age` as its holder took it."""

    id: UUID
    user_id: UUID
    recovery_point: RecoveryPoint
    cart: Cart
    accepts_price_changes: bool
    shipping_method: str
    shipping: Decimal
    currency: str
    key: str | None
    age: timedelta
    leased_until: datetime


async def begin(
    order_id: UUID, user_id: UUID, cart: Cart, wish: Wish, *, currency: str, key: str | None, lease: timedelta
) -> Attempt | None:
    """A new attempt, held by the caller; None where that cart, at that version, has one already."""
    from psycopg.types.json import Jsonb

    values = {
        "id": order_id,
        "user_id": user_id,
        "lease": lease,
        "cart_id": cart.id,
        "cart_version": cart.version,
        "lines": Jsonb([_stored(line) for line in cart.lines]),
        "accepts": wish.accepts_price_changes,
        "key": key,
        "currency": currency,
        "shipping_method": wish.shipping_method,
        "shipping": wish.shipping,
        "address": Jsonb(wish.address) if wish.address is not None else None,
    }
    row = await writing.write_one(BEGIN, values)
    return _attempt(row) if row else None


async def take(order_id: UUID, *, lease: timedelta) -> Attempt | None:
    """The attempt, held by the caller from now on; None where it is another's, or finished, or not there."""
    row = await writing.write_one(TAKE, {"id": order_id, "lease": lease})
    return _attempt(row) if row else None


async def let_go(attempt: Attempt) -> None:
    """Let somebody else go on at once."""
    await writing.write_one(LET_GO, {"id": attempt.id, "leased_until": attempt.leased_until})


async def finish(attempt: Attempt) -> None:
    """Nothing is left to be done for it."""
    await writing.write_one(FINISH, {"id": attempt.id})


async def exists(order_id: UUID) -> bool:
    """Whether there is such an attempt, whatever became of it."""
    return await reading.fetch_one("SELECT id FROM orders WHERE id = %s", [order_id]) is not None


async def of_cart(cart: Cart) -> UUID | None:
    """The order that this cart at this version has become, or is becoming."""
    row = await reading.fetch_one(OF_CART, {"cart_id": cart.id, "cart_version": cart.version})
    return row["id"] if row else None


async def unfinished(*, limit: int) -> list[UUID]:
    """Attempts that nobody works on, the oldest first."""
    return [row["id"] for row in await reading.fetch_all(UNFINISHED, {"limit": limit})]


def _stored(line: CartLine) -> dict[str, Any]:
    return {
        "product_id": str(line.product_id),
        "sku": line.sku,
        "name": line.name,
        "qty": line.qty,
        "price_seen": money.text(line.price_seen),
    }


def lines_in(stored: Sequence[Mapping[str, Any]]) -> tuple[CartLine, ...]:
    """Cart lines from JSON, as cart tells them and as an attempt keeps them."""
    return tuple(
        CartLine(UUID(line["product_id"]), line["sku"], line["name"], line["qty"], Decimal(line["price_seen"]))
        for line in stored
    )


def _attempt(row: Mapping[str, Any]) -> Attempt:
    return Attempt(
        id=row["id"],
        user_id=row["user_id"],
        recovery_point=RecoveryPoint(row["recovery_point"]),
        cart=Cart(row["cart_id"], row["cart_version"], lines_in(row["cart_lines"])),
        accepts_price_changes=row["accepts_price_changes"],
        shipping_method=row["shipping_method"],
        shipping=row["shipping"],
        currency=row["currency"],
        key=row["idempotency_key"],
        age=row["age"],
        leased_until=row["leased_until"],
    )
