"""What a checkout writes, as SQL alone: the transactions of orders, catalog and payments, one after the other.

Facts are written as published ones, so that no relay takes them for its own.
"""

import uuid
from contextlib import nullcontext
from typing import Any, Self

import psycopg

from shopcli.chaos.evidence import Archive
from shopcli.own_shop import OwnShop

FACT = """
INSERT INTO outbox (type, version, correlation_id, data, status, published_at)
VALUES (%(fact)s, 1, 'bench', jsonb_build_object('order_id', %(order)s::text), 'published', now())"""
EVENT = "INSERT INTO order_events (order_id, type, by, correlation_id) VALUES (%(order)s, %(fact)s, 'bench', 'bench')"

BEGIN_ORDER = """
INSERT INTO orders (id, user_id, leased_until, cart_id, cart_version, cart_lines, accepts_price_changes, currency,
                    shipping_method, shipping)
VALUES (%(order)s, %(user)s, now() + interval '20 s', %(cart)s, 1, '[{"qty": 1}]', false, 'EUR', 'pickup', 0)"""
RESERVE = """
WITH moved AS (
    UPDATE products SET stock = stock - 1, updated_at = now() WHERE id = %(product)s AND stock >= 1
    RETURNING id, sku, name, price, stock
), held AS (
    INSERT INTO reservations (order_id, status) SELECT %(order)s, 'held' FROM moved
), line AS (
    INSERT INTO reservation_lines (order_id, product_id, qty, sku, name, unit_price)
    SELECT %(order)s, id, 1, sku, name, price FROM moved
)
INSERT INTO stock_movements (product_id, delta, reason, stock_after, by, correlation_id)
SELECT id, -1, 'reserved', stock, 'order:' || %(order)s::text, 'bench' FROM moved"""
CREATE_ORDER = """
UPDATE orders SET status = 'created', recovery_point = 'created', version = 1, subtotal = 12.50, total = 12.50,
                  placed_at = now(), expires_at = now() + interval '30 min'
WHERE id = %(order)s AND status = 'placing'"""
ITEM = "INSERT INTO order_items VALUES (%(order)s, 1, %(product)s, 'BENCH', 'Bench', 1, 12.50, 12.50)"
READ_ORDER = """
SELECT * FROM orders JOIN order_items ON order_id = id WHERE id = %(order)s"""
FINISH_ORDER = "UPDATE orders SET recovery_point = 'finished' WHERE id = %(order)s"
BEGIN_PAYMENT = """
INSERT INTO payments (id, order_id, user_id, amount, currency, method, provider)
VALUES (%(payment)s, %(order)s, %(user)s, 12.50, 'EUR', 'pm_card_visa', 'emulated') ON CONFLICT DO NOTHING"""
CHARGE = """
INSERT INTO emulated_provider.charges (id, idempotency_key, amount, currency, status, method, order_id)
VALUES (%(payment)s, %(payment)s, 12.50, 'EUR', 'captured', 'pm_card_visa', %(order)s)"""
END_PAYMENT = """
UPDATE payments SET status = 'succeeded', version = version + 1, provider_charge_id = %(payment)s, updated_at = now()
WHERE id = %(payment)s AND status = 'pending'"""
LOCK_ORDER = "SELECT * FROM orders WHERE id = %(order)s FOR UPDATE"
PAY_ORDER = """
UPDATE orders SET status = 'paid', version = version + 1, payment_id = %(payment)s, paid_at = now()
WHERE id = %(order)s AND status = 'created'"""
TOLD = "UPDATE payments SET order_told_at = now(), version = version + 1 WHERE id = %(payment)s"

TRANSACTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("orders", "", (BEGIN_ORDER,)),
    ("catalog", "", (RESERVE,)),
    ("orders", "order.created", (CREATE_ORDER, ITEM, EVENT, FACT, READ_ORDER)),
    ("orders", "", (FINISH_ORDER,)),
    ("orders", "", (READ_ORDER,)),
    ("payments", "", (BEGIN_PAYMENT,)),
    ("payments", "", (CHARGE,)),
    ("payments", "payment.succeeded", (END_PAYMENT, FACT)),
    ("orders", "order.paid", (LOCK_ORDER, PAY_ORDER, EVENT, READ_ORDER, FACT)),
    ("payments", "", (TOLD,)),
)
"""Database, fact and statements of each, in their order."""


class Baseline:
    """One program with one connection to each database."""

    def __init__(self, shop: OwnShop, product: str) -> None:
        archive = Archive(shop, {})
        self._product = product
        self._connections = {
            service: psycopg.connect(archive.address(service), autocommit=True)
            for service in ("orders", "catalog", "payments")
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        for connection in self._connections.values():
            connection.close()

    def buy(self) -> None:
        """A checkout of one unit."""
        facts: dict[str, Any] = {name: str(uuid.uuid4()) for name in ("order", "user", "cart", "payment")}
        for service, fact, statements in TRANSACTIONS:
            connection = self._connections[service]
            with connection.transaction() if len(statements) > 1 else nullcontext():
                for statement in statements:
                    connection.execute(statement.encode(), {**facts, "product": self._product, "fact": fact})
