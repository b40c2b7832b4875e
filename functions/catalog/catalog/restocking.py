"""Sold units that come back into the stock."""

from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Literal
from psycopg.types.json import Jsonb

from catalog.errors import RestockDiffers, RestockExceeds
from catalog.reserving import GIVE_BACK, LEDGER, WANTED, Quantities
from catalog.statements import Run
from shopkit import context

RETURN = GIVE_BACK.format(ledger=LEDGER.format(reason=Literal("restocked")))

RESTOCK = SQL("""
WITH {wanted}, sold AS (
    SELECT l.product_id, w.qty, l.qty - l.restocked AS "left"
    FROM reservations r
    JOIN reservation_lines l ON l.order_id = r.order_id
    JOIN wanted w ON w.product_id = l.product_id
    JOIN products p ON p.id = l.product_id
    WHERE r.order_id = %(order_id)s AND r.status = 'confirmed'
    ORDER BY p.id FOR NO KEY UPDATE OF p FOR UPDATE OF l
), accepted AS (
    INSERT INTO restocks (refund_id, order_id, lines) SELECT %(refund_id)s, %(order_id)s, %(lines)s
    WHERE NOT EXISTS (
        SELECT FROM wanted w LEFT JOIN sold s ON s.product_id = w.product_id WHERE coalesce(s."left", 0) < w.qty)
    ON CONFLICT DO NOTHING RETURNING order_id
), units AS (
    UPDATE reservation_lines l SET restocked = l.restocked + s.qty
    FROM accepted a, sold s WHERE l.order_id = a.order_id AND l.product_id = s.product_id
    RETURNING l.product_id, s.qty
), {give_back}
SELECT EXISTS (SELECT FROM accepted) AS is_accepted
""").format(wanted=WANTED, give_back=RETURN)

STORED = SQL("SELECT order_id, lines FROM restocks WHERE refund_id = %(refund_id)s")

RESTOCK_REST = SQL("""
WITH sold AS (
    SELECT l.product_id, l.qty - l.restocked AS qty
    FROM reservations r JOIN reservation_lines l ON l.order_id = r.order_id JOIN products p ON p.id = l.product_id
    WHERE r.order_id = %(order_id)s AND r.status = 'confirmed' AND l.restocked < l.qty
    ORDER BY p.id FOR NO KEY UPDATE OF p FOR UPDATE OF l
), units AS (
    UPDATE reservation_lines l SET restocked = l.qty
    FROM sold s WHERE l.order_id = %(order_id)s AND l.product_id = s.product_id
    RETURNING l.product_id, s.qty
), {give_back}
SELECT count(*) FROM units""").format(give_back=RETURN)


async def restock(run: Run, refund_id: UUID, order_id: UUID, units: Quantities) -> None:
    """Put sold units of an order back into the stock, once for each refund.

    Raises RestockExceeds (also where nothing of the order is sold) and RestockDiffers.
    """
    lines = {str(product_id): qty for product_id, qty in units.items()}
    row = await run(
        RESTOCK,
        {
            **_parameters(order_id),
            "refund_id": refund_id,
            "products": list(units),
            "quantities": list(units.values()),
            "lines": Jsonb(lines),
        },
    )
    assert row is not None  # noqa: S101  # it selects from nothing
    if row["is_accepted"]:
        return
    stored = await run(STORED, {"refund_id": refund_id})
    if stored is None:
        raise RestockExceeds
    if (stored["order_id"], stored["lines"]) != (order_id, lines):
        raise RestockDiffers


async def restock_rest(run: Run, order_id: UUID) -> None:
    """Put back whatever of a sold order is not back yet."""
    await run(RESTOCK_REST, _parameters(order_id))


def _parameters(order_id: UUID) -> dict[str, Any]:
    return {"order_id": order_id, "correlation_id": context.correlation_id()}
