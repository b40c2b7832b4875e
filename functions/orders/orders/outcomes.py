"""What placing comes to, as it is answered and kept under an Idempotency-Key."""

import json
from dataclasses import dataclass
from uuid import UUID

from shopkit.errors import ShopError
from shopkit.web import problems

ROUTE = "/order/create"
CREATED = 201


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer's status and body, byte for byte."""

    status: int
    body: bytes

    @property
    def is_order(self) -> bool:
        return self.status == CREATED

    @property
    def order_id(self) -> str:
        """Whose it is, if it is an order."""
        found: str = json.loads(self.body)["order_id"]
        return found


def refused(error: ShopError) -> Outcome:
    """The problem document that a refusal is."""
    return Outcome(error.status, bytes(problems.of_error(error, ROUTE).body))


def kept_under(user_id: UUID) -> str:
    """The scope of a shopper's keys for this route."""
    return f"{user_id} POST {ROUTE}"
