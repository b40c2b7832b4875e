"""What orders asks of catalog: to hold stock for an order, and to let it go."""

import json
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from orders import settings
from orders.domain import CartLine, Line
from orders.errors import OutOfStock, PlacingGivenUp
from orders.patience import patiently
from shopkit.calls import Answer
from shopkit.clients import ServiceClient
from shopkit.errors import Unavailable

OK, DONE, NOT_FOUND, CONFLICT = 200, 204, 404, 409


@cache
def catalog() -> ServiceClient:
    return ServiceClient("catalog", settings.catalog_url(), caller="orders")


async def hold(order_id: UUID, wanted: Iterable[CartLine]) -> list[Line]:
    """Reserve all of it, or nothing; the products as they are sold. Repeated, it answers the same.

    Raises OutOfStock; PlacingGivenUp where what the order held was let go before; Unavailable where catalog cannot be
    asked: it may hold the stock all the same.
    """
    lines = [{"product_id": str(line.product_id), "qty": line.qty} for line in wanted]
    answer = await _ask("PUT", f"/{order_id}", {"lines": lines})
    if answer.status == OK:
        return [_line(each) for each in json.loads(answer.body)["lines"]]
    refusal = _code_of(answer)
    if refusal == "out_of_stock":
        raise OutOfStock(json.loads(answer.body)["items"])
    if refusal == "reservation_released":
        raise PlacingGivenUp
    raise Unavailable("catalog")


async def release(order_id: UUID) -> bool:
    """Give back what an order holds, or may come to hold; False where it is sold already. Raises Unavailable."""
    answer = await _ask("DELETE", f"/{order_id}")
    if answer.status == DONE:
        return True
    if _code_of(answer) == "reservation_confirmed":
        return False
    raise Unavailable("catalog")


async def confirm(order_id: UUID) -> bool:
    """What an order holds is sold; False where it holds nothing any more. Raises Unavailable."""
    answer = await _ask("POST", f"/{order_id}/confirm")
    if answer.status == DONE:
        return True
    if answer.status == NOT_FOUND or _code_of(answer) == "reservation_released":
        return False
    raise Unavailable("catalog")


async def audit(older_than: int, cursor: str | None) -> dict[str, Any]:
    """A page of what does not add up in catalog's stock, and of what has been held for so many seconds.

    Raises Unavailable.
    """
    query = f"older_than={older_than}" + (f"&cursor={cursor}" if cursor else "")
    with patiently():
        answer = await catalog().request("GET", "/internal/stock-audit", query=query)
    if answer.status != OK:
        raise Unavailable("catalog")
    page: dict[str, Any] = json.loads(answer.body)
    return page


async def _ask(method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
    with patiently():
        return await catalog().request(
            method,
            f"/internal/reservations{path}",
            headers={"content-type": "application/json"} if body else {},
            body=json.dumps(body).encode() if body else b"",
        )


def _code_of(answer: Answer) -> str | None:
    code: str | None = json.loads(answer.body)["code"] if answer.status == CONFLICT else None
    return code


def _line(told: dict[str, Any]) -> Line:
    return Line(UUID(told["product_id"]), told["sku"], told["name"], told["qty"], Decimal(told["unit_price"]))
