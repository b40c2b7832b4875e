"""Comparing catalog's reservations with the orders that they are held for.

What is certain is repaired, all else is listed for people. Every repair may be repeated, and be made by somebody else
at the same time.
"""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from orders import reservations
from orders.domain import PAID, REJECTED, Status
from shopkit.db import reading

HELD_FOR = 60
"""Seconds after which a reservation is looked at: younger ones may be of orders that are just being placed."""
SETTLED = {REJECTED, Status.cancelled}
STATES = "SELECT id, status FROM orders WHERE id = ANY(%(ids)s)"


@dataclass(frozen=True, slots=True)
class Finding:
    kind: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    repaired: list[Finding] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)


async def reconcile(_: dict[str, Any]) -> dict[str, Any]:
    """Release what is held for no order, confirm what is held for a paid one; list what does not add up.

    Raises Unavailable.
    """
    report = Report()
    async for page in _pages():
        report.found.extend(_stock_differs(product) for product in page["products"])
        await _compare([UUID(held["order_id"]) for held in page["reservations"]], report)
    return asdict(report)


async def _pages() -> AsyncIterator[dict[str, Any]]:
    page = await reservations.audit(HELD_FOR, None)
    yield page
    while page["next_cursor"]:
        page = await reservations.audit(HELD_FOR, page["next_cursor"])
        yield page


async def _compare(held: list[UUID], report: Report) -> None:
    states = {row["id"]: row["status"] for row in await reading.fetch_all(STATES, {"ids": held})}
    for order_id in held:
        status = states.get(order_id, "unknown")
        if status in SETTLED or status == "unknown":
            is_done = await reservations.release(order_id)
            _tell(report, order_id, "stock_held_for_no_order", f"The order is {status}.", is_done=is_done)
        elif status in PAID:
            is_done = await reservations.confirm(order_id)
            _tell(report, order_id, "stock_of_paid_order_not_confirmed", f"The order is {status}.", is_done=is_done)


def _tell(report: Report, order_id: UUID, kind: str, detail: str, *, is_done: bool) -> None:
    (report.repaired if is_done else report.found).append(Finding(kind, str(order_id), detail))


def _stock_differs(product: dict[str, Any]) -> Finding:
    detail = f"The stock is {product['stock']}, its movements add up to {product['ledger']}."
    return Finding("stock_differs_from_ledger", product["sku"], detail)
