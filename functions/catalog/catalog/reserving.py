"""Stock that orders hold: taken, given back, or sold.

Each change is one statement, so that the locks on products last no longer than it. Nobody waits in a circle, for all
lock the products first, in the order of their ids, and then what stands for the order.

A row that is locked is read in its newest version, but all else, conditions on rows to be updated included, as it was
when the statement began (READ COMMITTED). So stock is judged where it is locked, and `stock >= 0` is a constraint; and
what the first statement could not see, a second one looks for.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Literal

from catalog import low_stock, settings
from catalog.errors import (
    NotEnoughStock,
    ReservationConfirmed,
    ReservationDiffers,
    ReservationNotFound,
    ReservationReleased,
)
from catalog.statements import Run
from shopkit import context
from shopkit.events import outbox

Quantities = Mapping[UUID, int]
"""How many of each product."""

WANTED = SQL("""
wanted AS (
    SELECT product_id, qty FROM unnest(%(products)s::uuid[], %(quantities)s::integer[]) AS w (product_id, qty)
)""")

LEDGER = SQL("""
ledger AS (
    INSERT INTO stock_movements (product_id, delta, reason, stock_after, "by", correlation_id)
    SELECT id, delta, {reason}, stock, 'order:' || %(order_id)s::text, %(correlation_id)s FROM moved
)""")

LINES = SQL("""coalesce(json_agg(json_build_object(
    'product_id', l.product_id, 'sku', l.sku, 'name', l.name, 'qty', l.qty, 'unit_price', l.unit_price::text,
    'currency', %(currency)s::text) ORDER BY l.product_id), '[]')::text""")

HOLD = SQL("""
WITH {wanted}, found AS (
    SELECT p.id AS product_id, p.sku, p.name, w.qty, p.price AS unit_price,
           CASE WHEN p.is_active AND p.deleted_at IS NULL THEN p.stock ELSE 0 END AS "left"
    FROM products p JOIN wanted w ON w.product_id = p.id
    ORDER BY p.id FOR NO KEY UPDATE OF p
), short AS (
    SELECT w.product_id, f.sku, f.name, w.qty AS wanted, coalesce(f."left", 0) AS "left"
    FROM wanted w LEFT JOIN found f ON f.product_id = w.product_id
    WHERE coalesce(f."left", 0) < w.qty
), held AS (
    INSERT INTO reservations (order_id, status) SELECT %(order_id)s, 'held' WHERE NOT EXISTS (SELECT FROM short)
    ON CONFLICT DO NOTHING RETURNING order_id
), lines AS (
    INSERT INTO reservation_lines (order_id, product_id, qty, sku, name, unit_price)
    SELECT h.order_id, f.product_id, f.qty, f.sku, f.name, f.unit_price FROM held h, found f
    RETURNING *
), moved AS (
    UPDATE products p SET stock = p.stock - l.qty, updated_at = now()
    FROM lines l WHERE p.id = l.product_id
    RETURNING p.id, p.sku, p.name, p.stock, p.stock_version, -l.qty AS delta
), {ledger}, {low}
SELECT EXISTS (SELECT FROM held) AS is_held, EXISTS (SELECT FROM low) AS runs_low,
       (SELECT {lines} FROM lines l) AS lines,
       (SELECT coalesce(json_agg(s ORDER BY s.product_id), '[]') FROM short s) AS short
""").format(wanted=WANTED, ledger=LEDGER.format(reason=Literal("reserved")), low=low_stock.LOW, lines=LINES)

STORED = SQL("""
SELECT r.status, {lines} AS lines,
       coalesce(json_object_agg(l.product_id, l.qty) FILTER (WHERE l.product_id IS NOT NULL), '{{}}') AS quantities
FROM reservations r LEFT JOIN reservation_lines l ON l.order_id = r.order_id
WHERE r.order_id = %(order_id)s GROUP BY r.order_id""").format(lines=LINES)

GIVE_BACK = SQL("""
moved AS (
    UPDATE products p SET stock = p.stock + u.qty, updated_at = now() FROM units u WHERE p.id = u.product_id
    RETURNING p.id, p.stock, u.qty AS delta
), {ledger}""")
"""What returns `units` (product_id, qty) to the stock."""

RELEASE = SQL("""
WITH found AS (
    SELECT l.product_id, l.qty
    FROM reservations r JOIN reservation_lines l ON l.order_id = r.order_id JOIN products p ON p.id = l.product_id
    WHERE r.order_id = %(order_id)s AND r.status = 'held'
    ORDER BY p.id FOR NO KEY UPDATE OF p
), released AS (
    UPDATE reservations SET status = 'released', updated_at = now()
    WHERE order_id = %(order_id)s AND status = 'held' AND (SELECT count(*) FROM found) > 0
    RETURNING order_id
), tombstone AS (
    INSERT INTO reservations (order_id, status)
    SELECT %(order_id)s, 'released' WHERE NOT EXISTS (SELECT FROM reservations WHERE order_id = %(order_id)s)
    ON CONFLICT DO NOTHING RETURNING order_id
), units AS (
    SELECT f.product_id, f.qty FROM found f, released
), {give_back}
SELECT EXISTS (SELECT FROM released) OR EXISTS (SELECT FROM tombstone) AS is_done
""").format(give_back=GIVE_BACK.format(ledger=LEDGER.format(reason=Literal("released"))))

STATUS = SQL("SELECT status FROM reservations WHERE order_id = %(order_id)s")

CONFIRM = SQL("""
WITH target AS (
    SELECT order_id, status FROM reservations WHERE order_id = %(order_id)s FOR NO KEY UPDATE
), confirmed AS (
    UPDATE reservations r SET status = 'confirmed', updated_at = now()
    FROM target t WHERE r.order_id = t.order_id AND t.status = 'held'
)
SELECT status FROM target""")


async def hold(run: Run, order_id: UUID, wanted: Quantities) -> str:
    """Take all of it from the stock, or nothing; the reservation as JSON. Repeated, it answers the same.

    Raises NotEnoughStock, ReservationReleased and ReservationDiffers.
    """
    params = _parameters(order_id, wanted)
    row = _found(await run(HOLD, params))
    if row["runs_low"]:
        await outbox.nudge()
    if row["is_held"]:
        return _reservation(order_id, "held", row["lines"])
    stored = await run(STORED, params)
    if stored is None:
        raise NotEnoughStock(row["short"])
    if stored["status"] == "released":
        raise ReservationReleased
    if stored["quantities"] != {str(product_id): qty for product_id, qty in wanted.items()}:
        raise ReservationDiffers
    return _reservation(order_id, stored["status"], stored["lines"])


async def release(run: Run, order_id: UUID) -> None:
    """Give back what an order holds; an order that holds nothing may hold nothing from now on.

    Raises ReservationConfirmed.
    """
    params = {"order_id": order_id, "correlation_id": context.correlation_id()}
    while not _found(await run(RELEASE, params))["is_done"]:
        match _found(await run(STATUS, params))["status"]:
            case "confirmed":
                raise ReservationConfirmed
            case "released":
                return


async def confirm(run: Run, order_id: UUID) -> None:
    """What the order holds is sold. Raises ReservationNotFound and ReservationReleased."""
    row = await run(CONFIRM, {"order_id": order_id})
    if row is None:
        raise ReservationNotFound
    if row["status"] == "released":
        raise ReservationReleased


def _found(row: dict[str, Any] | None) -> dict[str, Any]:
    assert row is not None  # noqa: S101  # the statement answers one row whatever it finds
    return row


def _parameters(order_id: UUID, wanted: Quantities) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "products": list(wanted),
        "quantities": list(wanted.values()),
        "currency": settings.currency(),
        **low_stock.parameters(),
    }


def _reservation(order_id: UUID, status: str, lines: str) -> str:
    return f'{{"order_id":"{order_id}","status":"{status}","lines":{lines}}}'
