"""Stock as orders holds it: catalog's internal routes, asked as that service does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg

from factories.events import Http, Reply
from shopkit import runtime
from shopkit.auth.internal import token_for

Product = Mapping[str, Any]
RESERVATIONS = "/internal/reservations"
RESTOCKS = "/internal/restocks"
AUDIT = "/internal/stock-audit"

BALANCE = """
SELECT p.id::text, p.stock, (SELECT coalesce(sum(delta), 0) FROM stock_movements m WHERE m.product_id = p.id),
       coalesce(sum(l.qty) FILTER (WHERE r.status = 'held'), 0),
       coalesce(sum(l.qty - l.restocked) FILTER (WHERE r.status = 'confirmed'), 0)
FROM products p LEFT JOIN reservation_lines l ON l.product_id = p.id LEFT JOIN reservations r ON r.order_id = l.order_id
WHERE p.id = ANY(%s::uuid[]) GROUP BY p.id"""


def order() -> str:
    return str(uuid4())


def lines_of(*wanted: tuple[Product, int]) -> list[dict[str, Any]]:
    return [{"product_id": product["id"], "qty": qty} for product, qty in wanted]


@dataclass(frozen=True)
class Orders:
    """What the service orders asks of catalog; each question about an order of its own, where it is not said."""

    http: Http

    def ask(self, method: str, path: str, body: Any = None, *, caller: str = "orders", **more: Any) -> Reply:
        token = runtime.loop().run_until_complete(token_for(caller, "catalog"))
        headers = {"x-internal-token": token}
        return self.http(method, path, json_body=body, headers=headers, api_id="direct", **more)

    def hold(self, order_id: str, *wanted: tuple[Product, int]) -> Reply:
        return self.ask("PUT", f"{RESERVATIONS}/{order_id}", {"lines": lines_of(*wanted)})

    def release(self, order_id: str) -> Reply:
        return self.ask("DELETE", f"{RESERVATIONS}/{order_id}")

    def confirm(self, order_id: str) -> Reply:
        return self.ask("POST", f"{RESERVATIONS}/{order_id}/confirm")

    def restock(self, refund_id: str, order_id: str, *units: tuple[Product, int]) -> Reply:
        return self.ask("POST", f"{RESTOCKS}/{refund_id}", {"order_id": order_id, "lines": lines_of(*units)})

    def held(self, *wanted: tuple[Product, int]) -> str:
        """The id of an order that holds this."""
        order_id = order()
        reply = self.hold(order_id, *wanted)
        assert reply.status == 200, reply.text
        return order_id

    def sold(self, *wanted: tuple[Product, int]) -> str:
        """The id of an order that has bought this."""
        order_id = self.held(*wanted)
        assert self.confirm(order_id).status == 204
        return order_id


@dataclass(frozen=True)
class Balance:
    """Where a product's units are; `ledger` is the sum of all its movements."""

    stock: int
    ledger: int
    held: int
    sold: int

    @property
    def put_in(self) -> int:
        return self.stock + self.held + self.sold


def balances(rows: psycopg.Connection[Any], products: Sequence[Product]) -> dict[str, Balance]:
    """By the product's id."""
    found = rows.execute(BALANCE, [[product["id"] for product in products]]).fetchall()
    return {product_id: Balance(*counts) for product_id, *counts in found}


def balance(rows: psycopg.Connection[Any], product: Product) -> Balance:
    return balances(rows, [product])[product["id"]]
