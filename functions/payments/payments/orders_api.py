"""What payments asks of orders, and tells it."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from payments import settings
from payments.domain import PAYABLE
from shopkit import money
from shopkit.calls import Answer
from shopkit.clients import ServiceClient
from shopkit.errors import Unavailable
from shopkit.observability import logger

if TYPE_CHECKING:
    from payments.models import Payment  # reading a list needs no SQLAlchemy

OK, NOT_FOUND, CONFLICT = 200, 404, 409
REFUSED = "illegal_transition"
"""What orders says where an order cannot become paid any more. Other conflicts pass."""
MOST_IDS = 100
JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Order:
    """What there is to pay, and until when (where there still is)."""

    id: UUID
    user_id: UUID
    status: str
    total: Decimal
    currency: str
    expires_at: datetime | None

    def is_payable(self, now: datetime) -> bool:
        return self.status == PAYABLE and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Known:
    """What orders knows of who paid an order."""

    id: UUID
    status: str
    total: Decimal
    currency: str
    payment_id: UUID | None


@cache
def orders() -> ServiceClient:
    return ServiceClient("orders", settings.orders_url(), caller="payments")


async def find(order_id: UUID) -> Order | None:
    """Raises Unavailable."""
    answer = await orders().request("GET", f"/internal/order/{order_id}")
    if answer.status == NOT_FOUND:
        return None
    facts = _told(answer)
    return Order(
        id=UUID(facts["order_id"]),
        user_id=UUID(facts["user_id"]),
        status=facts["status"],
        total=Decimal(facts["total"]),
        currency=facts["currency"],
        expires_at=datetime.fromisoformat(facts["expires_at"]) if facts["expires_at"] else None,
    )


async def mark_paid(payment: "Payment") -> bool:
    """Tell orders of a payment; False where the order cannot be paid any more. Raises Unavailable."""
    told = {
        "status": "paid",
        "payment_id": str(payment.id),
        "amount": money.text(payment.amount),
        "currency": payment.currency,
    }
    answer = await _post(f"/internal/order/{payment.order_id}/status", told)
    if answer.status == CONFLICT and json.loads(answer.body)["code"] == REFUSED:
        return False
    _told(answer)
    return True


async def look_up(order_ids: Sequence[UUID]) -> dict[UUID, Known]:
    """What orders knows of these, at most 100; of what it does not know, nothing. Raises Unavailable."""
    facts = _told(await _post("/internal/orders/look-up", {"ids": [str(each) for each in order_ids]}))
    known = [_known(each) for each in facts["items"]]
    return {each.id: each for each in known}


async def paid_since(since: datetime) -> AsyncIterator[Known]:
    """The orders that were paid since then, whatever became of them but cancelled. Raises Unavailable."""
    cursor: str | None = ""
    while cursor is not None:
        asked = {"since": since.isoformat(), "limit": MOST_IDS, **({"cursor": cursor} if cursor else {})}
        page = _told(await orders().request("GET", "/internal/orders/paid", query=urlencode(asked)))
        for each in page["items"]:
            yield _known(each)
        cursor = page["next_cursor"]


async def _post(path: str, body: dict[str, Any]) -> Answer:
    return await orders().request("POST", path, headers=JSON, body=json.dumps(body).encode())


def _told(answer: Answer) -> dict[str, Any]:
    if answer.status != OK:
        logger.warning("orders refused", extra={"status": answer.status})
        raise Unavailable("orders")
    facts: dict[str, Any] = json.loads(answer.body)
    return facts


def _known(facts: dict[str, Any]) -> Known:
    payment_id = facts["payment_id"]
    return Known(
        id=UUID(facts["order_id"]),
        status=facts["status"],
        total=Decimal(facts["total"]),
        currency=facts["currency"],
        payment_id=UUID(payment_id) if payment_id else None,
    )
