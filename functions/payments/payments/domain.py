"""The rules of payments and refunds; no I/O, no framework."""

from datetime import datetime, timedelta
from enum import StrEnum


class Status(StrEnum):
    """`pending`: the provider is being asked, or was when a process died; `in_doubt`: it gave no answer."""

    pending = "pending"
    in_doubt = "in_doubt"
    succeeded = "succeeded"
    failed = "failed"


class RefundStatus(StrEnum):
    requested = "requested"
    succeeded = "succeeded"


class Shown(StrEnum):
    """A payment's state as shoppers are told it."""

    pending = "pending"
    paid = "paid"
    failed = "failed"
    refunded = "refunded"


OPEN = (Status.pending, Status.in_doubt)
LOOKS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30))
"""How long after its begin a payment is looked after, where it has to be; later on, the sweep does it."""
GIVEN_UP_AFTER = timedelta(seconds=25)
"""A payment of that age that the provider has not heard of has failed: no request that could charge it is still alive
(services have 20 s), and its last look is still to come."""
GAVE_UP = "gave_up"
"""The reason of such a failure."""
UNWANTED = "order_not_payable"
"""The reason of a success that orders refused, since the order had been cancelled meanwhile: it is refunded."""
PAYABLE, CANCELLED = "created", "cancelled"
"""States of orders."""


def pause_after(look: int) -> timedelta | None:
    """How long after a look (the first is 0) the next one comes; None after the last."""
    return LOOKS[look + 1] - LOOKS[look] if look + 1 < len(LOOKS) else None


def is_given_up(began: datetime, now: datetime) -> bool:
    """Whether nobody will charge that payment any more."""
    return now - began >= GIVEN_UP_AFTER


def shown(status: Status, *, is_refunded: bool) -> Shown:
    """What the shopper is told of a payment."""
    if is_refunded:
        return Shown.refunded
    return {Status.succeeded: Shown.paid, Status.failed: Shown.failed}.get(status, Shown.pending)
