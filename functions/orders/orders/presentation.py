"""How an order is told: JSON that Postgres builds and that passes through as it is. Rows are orders `o`."""

from typing import TYPE_CHECKING
from uuid import UUID

from psycopg.sql import SQL, Composed

from orders.errors import OrderNotFound
from shopkit.db.reading import fetch_one

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

VISIBLE = SQL("o.status NOT IN ('placing', 'rejected')")

UTC = SQL("""to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""")

_ITEMS = SQL("""(
    SELECT coalesce(json_agg(json_build_object(
        'product_id', i.product_id, 'sku', i.sku, 'name', i.name, 'qty', i.qty,
        'unit_price', i.unit_price::text, 'line_total', i.line_total::text) ORDER BY i.position), '[]')
    FROM order_items i WHERE i.order_id = o.id)""")

_ADDRESS = SQL("""(
    SELECT json_build_object('name', a.name, 'line1', a.line1, 'line2', a.line2, 'city', a.city,
        'postcode', a.postcode, 'country', a.country)
    FROM addresses a WHERE a.order_id = o.id)""")

_EVENTS = SQL("""(
    SELECT coalesce(json_agg(json_build_object(
        'at', {at}, 'type', e.type, 'by', e.by, 'note', e.note) ORDER BY e.at, e.id), '[]')
    FROM order_events e WHERE e.order_id = o.id)""").format(at=UTC.format(SQL("e.at")))

_ORDER = SQL("""json_build_object(
    'order_id', o.id, 'status', o.status, 'currency', o.currency, 'items', {items},
    'subtotal', o.subtotal::text, 'discount', o.discount::text, 'shipping', o.shipping::text, 'total', o.total::text,
    'shipping_method', o.shipping_method, 'shipping_address', {address}, 'created_at', {created_at},
    'expires_at', CASE WHEN o.status = 'created' THEN {expires_at} END, 'events', {events}{more})::text""")


def _order(more: SQL) -> Composed:
    return _ORDER.format(
        items=_ITEMS,
        address=_ADDRESS,
        created_at=UTC.format(SQL("o.created_at")),
        expires_at=UTC.format(SQL("o.expires_at")),
        events=_EVENTS,
        more=more,
    )


ORDER = _order(SQL(""))
ORDER_FOR_ADMINS = _order(SQL(", 'user_id', o.user_id, 'version', o.version"))

_ONE = SQL("SELECT {order} AS body, o.user_id FROM orders o WHERE o.id = %(id)s AND {visible}")
ONE = _ONE.format(order=ORDER, visible=VISIBLE)
ONE_FOR_ADMINS = _ONE.format(order=ORDER_FOR_ADMINS, visible=VISIBLE)


async def one(order_id: UUID, *, user_id: UUID | None) -> bytes:
    """The order as JSON for the shopper whose it is; for administrators without a `user_id`. Raises OrderNotFound."""
    row = await fetch_one(ONE if user_id else ONE_FOR_ADMINS, {"id": order_id})
    if row is None or user_id not in {None, row["user_id"]}:
        raise OrderNotFound
    body: str = row["body"]
    return body.encode()


async def one_within(uow: "AsyncSession", order_id: UUID, *, for_admins: bool = False) -> bytes:
    """The order as the unit of work has left it."""
    connection = await uow.connection()
    statement = ONE_FOR_ADMINS if for_admins else ONE
    body: str = (await connection.exec_driver_sql(statement.as_string(), {"id": order_id})).scalar_one()
    return body.encode()
