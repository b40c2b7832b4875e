"""How far paying for an order has come: no I/O, no markup."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from gateway.web.clock import Moment, moment
from gateway.web.presenters import money
from gateway.web.receipts import Receipt
from gateway.web.wording import reason

Payments = Sequence[dict[str, Any]]
"""What payments lists of one order."""


class Step(StrEnum):
    """What the page of an order has to say about money.

    open: it can be paid. asking: the provider has not answered yet. arriving: it is paid, but the order does not know.
    late: the time to pay is over. unknown: payments does not answer. settled: nothing is to be done.
    """

    open = "open"
    asking = "asking"
    arriving = "arriving"
    late = "late"
    unknown = "unknown"
    settled = "settled"


def step_of(receipt: Receipt, payments: Payments | None, now: datetime) -> Step:
    if not receipt.is_unpaid:
        return Step.settled
    if payments is None:
        return Step.unknown
    states = {payment["status"] for payment in payments}
    if "pending" in states:
        return Step.asking
    if "paid" in states:
        return Step.arriving
    return Step.late if receipt.held_until and receipt.held_until.is_past(now) else Step.open


STATES = {"pending": "Not answered yet", "paid": "Paid", "failed": "Did not go through", "refunded": "Given back"}
REFUND_STATES = {"requested": "Under way", "refunded": "Given back"}


@dataclass(frozen=True, slots=True)
class Transfer:
    """A payment or a refund, as administrators read it."""

    at: Moment
    what: str
    amount: str
    state: str
    status: str


def transfers_of(payments: Payments) -> list[Transfer]:
    """Payments, each followed by its refunds."""
    found: list[Transfer] = []
    for payment in payments:
        found.append(_payment(payment))
        found.extend(_refund(refund, payment["currency"]) for refund in payment["refunds"])
    return found


def _payment(payment: dict[str, Any]) -> Transfer:
    state = STATES[payment["status"]]
    return Transfer(
        at=moment(payment["created_at"]),
        what=f"Payment ({payment['method']})",
        amount=money(payment["amount"], payment["currency"]),
        state=f"{state}: {reason(payment['reason'])}" if payment["reason"] else state,
        status=payment["status"],
    )


def _refund(refund: dict[str, Any], currency: str) -> Transfer:
    return Transfer(
        at=moment(refund["created_at"]),
        what="Refund",
        amount=money(refund["amount"], currency),
        state=REFUND_STATES[refund["status"]],
        status=refund["status"],
    )
