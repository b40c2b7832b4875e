"""What payments refuses, as its callers are told."""

from collections.abc import Mapping
from uuid import UUID

from shopkit.errors import Conflict, NotFound, ShopError


class OrderNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such order.")


class AmountMismatch(ShopError):
    status, code = 422, "amount_mismatch"

    def __init__(self, total: str, currency: str) -> None:
        super().__init__(f"The order's total is {total} {currency}.")
        self.total, self.currency = total, currency


class PaymentDeclined(ShopError):
    """`reason` is a code, such as `card_declined`."""

    status, code = 402, "payment_declined"

    def __init__(self, payment_id: UUID, order_id: UUID, reason: str) -> None:
        super().__init__("The payment did not go through, and nothing was taken. Try again, or another way to pay.")
        self.payment_id, self.order_id, self.reason = payment_id, order_id, reason


class OrderNotPayable(Conflict):
    """Also what is told where the order was cancelled while it was being paid; the money then goes back."""

    code = "order_not_payable"

    def __init__(self, status: str) -> None:
        super().__init__("This order cannot be paid, or no longer. What was taken for it is refunded.")
        self.order_status = status


class PaymentInProgress(Conflict):
    code = "payment_in_progress"

    def __init__(self) -> None:
        super().__init__("This order is being paid just now.")

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": "5"}


class BadSignature(ShopError):
    status, code = 400, "bad_signature"

    def __init__(self) -> None:
        super().__init__("The webhook is not signed by the provider, or was not sent just now.")


FINAL = (OrderNotFound, AmountMismatch, PaymentDeclined, OrderNotPayable)
"""Refusals that are kept as the answer to an idempotency key: asking again with it would not help."""
