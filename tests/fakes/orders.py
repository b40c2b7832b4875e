"""Orders as payments sees it, over HTTP, in a thread of the tests' process.

tests/payments/test_orders_contract.py asks it and the real one the same.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID, uuid4

import uvicorn
from fastapi import APIRouter, Body, Depends

from shopkit.auth.callers import internal_caller
from shopkit.errors import Conflict, NotFound, ShopError
from shopkit.web.app import create_app

PAID = ("paid", "processing", "completed")


class IllegalTransition(Conflict):
    code = "illegal_transition"

    def __init__(self, status: str) -> None:
        super().__init__(f"The order is {status}.")
        self.order_status = status


class AmountMismatch(ShopError):
    status, code = 422, "amount_mismatch"


@dataclass
class FakeOrder:
    user_id: str
    total: str = "12.00"
    currency: str = "EUR"
    status: str = "created"
    id: str = field(default_factory=lambda: str(uuid4()))
    payment_id: str | None = None
    expires_at: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(minutes=30))

    def facts(self) -> dict[str, Any]:
        return {
            "order_id": self.id,
            "user_id": self.user_id,
            "status": self.status,
            "total": self.total,
            "currency": self.currency,
            "payment_id": self.payment_id,
        }


class FakeOrders:
    """`callbacks` are the payments that it was told of, refused ones too."""

    def __init__(self) -> None:
        self.url = ""
        self.orders: dict[str, FakeOrder] = {}
        self.callbacks: list[str] = []

    def make(self, user_id: str, **facts: Any) -> FakeOrder:
        order = FakeOrder(user_id, **facts)
        self.orders[order.id] = order
        return order

    def find(self, order_id: UUID) -> FakeOrder:
        if (order := self.orders.get(str(order_id))) is None:
            raise NotFound
        return order

    def mark_paid(self, order_id: UUID, told: dict[str, str]) -> FakeOrder:
        order = self.find(order_id)
        self.callbacks.append(told["payment_id"])
        if (Decimal(told["amount"]), told["currency"]) != (Decimal(order.total), order.currency):
            raise AmountMismatch(f"It is {order.total}.")
        if order.status == "created":
            order.status, order.payment_id = told["status"], told["payment_id"]
        if order.status not in PAID or order.payment_id != told["payment_id"]:
            raise IllegalTransition(order.status)
        return order


def _router(orders: FakeOrders) -> APIRouter:
    router = APIRouter(prefix="/internal", dependencies=[Depends(internal_caller("orders", "payments"))])

    @router.get("/order/{order_id}")
    async def find(order_id: UUID) -> dict[str, Any]:
        order = orders.find(order_id)
        return {**order.facts(), "expires_at": order.expires_at, "version": 1}

    @router.post("/order/{order_id}/status")
    async def mark_paid(order_id: UUID, told: Annotated[dict[str, str], Body()]) -> dict[str, str]:
        order = orders.mark_paid(order_id, told)
        return {"order_id": order.id, "status": order.status}

    @router.post("/orders/look-up")
    async def look_up(ids: Annotated[list[str], Body(embed=True, max_length=100)]) -> dict[str, Any]:
        return {"items": [orders.orders[each].facts() for each in ids if each in orders.orders]}

    @router.get("/orders/paid")
    async def paid(since: datetime, limit: int = 24, cursor: str = "0") -> dict[str, Any]:
        known = [order.facts() for order in orders.orders.values() if order.status in PAID and since.tzinfo]
        end = int(cursor) + limit
        return {"items": known[int(cursor) : end], "next_cursor": str(end) if end < len(known) else None}

    return router


@contextmanager
def fake_orders() -> Iterator[FakeOrders]:
    """Serves until the block ends; requests wait until it has started, since the socket listens before it does."""
    orders = FakeOrders()
    app = create_app("orders", title="Orders, for tests", routers=[_router(orders)])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        orders.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield orders
        finally:
            server.should_exit = True
            thread.join()
