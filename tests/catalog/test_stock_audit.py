"""The audit: stock that is not what its ledger says, and reservations that nobody has settled."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from catalog.schemas_reservations import StockAudit
from factories.catalogue import Catalogue, fields_named
from factories.events import Http
from factories.reservations import AUDIT, Orders

Rows = psycopg.Connection[Any]


@pytest.fixture
def orders(http: Http) -> Orders:
    return Orders(http)


class TestAuditStock:
    def test_through_api_gateway(self, http: Http) -> None:
        assert http("GET", AUDIT).status == 404

    def test_anonymous(self, http: Http) -> None:
        assert http("GET", AUDIT, api_id="direct").status == 401

    def test_another_service(self, orders: Orders) -> None:
        assert orders.ask("GET", AUDIT, caller="cart").status == 403

    @pytest.mark.parametrize("query", [{"older_than": -1}, {"older_than": "x"}, {"limit": 0}, {"cursor": "x"}])
    def test_invalid(self, orders: Orders, query: dict[str, Any]) -> None:
        assert fields_named(orders.ask("GET", AUDIT, query=query)) == list(query)

    def test_all_is_well(self, orders: Orders, shop: Catalogue) -> None:
        """Whatever moves stock writes the ledger."""
        product, deleted = shop.product(stock=9), shop.product(stock=1)
        shop.stock(product, -1)
        shop.remove(deleted)
        orders.release(orders.held((product, 1)))
        orders.restock(str(uuid4()), orders.sold((product, 3)), (product, 1))
        answer = orders.ask("GET", AUDIT).json()
        assert answer == {"products": [], "reservations": [], "next_cursor": None}

    def test_products(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        shop.product(stock=9)
        lost, never_moved = shop.product(sku="LOST", stock=3), shop.product(sku="NEW")
        rows.execute("UPDATE products SET stock = stock + 2 WHERE sku IN ('LOST', 'NEW')")
        products = orders.ask("GET", AUDIT).json()["products"]
        assert sorted(products, key=lambda product: str(product["sku"])) == [
            {"product_id": lost["id"], "sku": "LOST", "stock": 5, "ledger": 3},
            {"product_id": never_moved["id"], "sku": "NEW", "stock": 2, "ledger": 0},
        ]

    def test_reservations(self, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        """The oldest first, page by page; the settled and the young ones left out."""
        product = shop.product(stock=9)
        orders.held((product, 1))
        ages = {orders.held((product, 1)): seconds for seconds in (700, 900, 800)}
        for order_id, seconds in ages.items():
            rows.execute(
                "UPDATE reservations SET created_at = now() - make_interval(secs => %s) WHERE order_id = %s",
                [seconds, order_id],
            )
        for settled in (orders.sold((product, 1)), orders.held((product, 1))):
            rows.execute("UPDATE reservations SET created_at = '2026-01-01' WHERE order_id = %s", [settled])
        orders.release(settled)
        rows.execute("UPDATE products SET stock = 0")

        first = orders.ask("GET", AUDIT, query={"older_than": 600, "limit": 2}).json()
        rest = orders.ask("GET", AUDIT, query={"older_than": 600, "limit": 2, "cursor": first["next_cursor"]}).json()
        assert StockAudit.model_validate(first, extra="forbid")
        seen = [each["order_id"] for each in first["reservations"] + rest["reservations"]]
        assert seen == sorted(ages, key=lambda order_id: -ages[order_id])
        assert (len(first["products"]), rest["products"], rest["next_cursor"]) == (1, [], None)
