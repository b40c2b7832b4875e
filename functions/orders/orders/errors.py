"""What orders refuses, as its callers are told."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from orders.domain import PriceChange, Status
from shopkit import money
from shopkit.errors import Conflict, InvalidRequest, NotFound, ShopError


class OrderNotFound(NotFound):
    """Also told of somebody else's order."""

    def __init__(self) -> None:
        super().__init__("There is no such order.")


class CartEmpty(Conflict):
    code = "cart_empty"

    def __init__(self) -> None:
        super().__init__("There is nothing in the cart.")


class OutOfStock(Conflict):
    """`items`: `product_id`, `sku`, `name`, `wanted` and `left` of each product of which there is too little."""

    code = "out_of_stock"

    def __init__(self, items: Sequence[dict[str, Any]]) -> None:
        names = ", ".join(str(item["name"] or item["product_id"]) for item in items)
        super().__init__(f"There is not enough of: {names}.")
        self.items = items


class PriceChanged(Conflict):
    code = "price_changed"

    def __init__(self, changes: Sequence[PriceChange]) -> None:
        names = ", ".join(change.name for change in changes)
        super().__init__(f"The price has changed of: {names}.")
        self.items = [
            {
                "product_id": change.product_id,
                "sku": change.sku,
                "name": change.name,
                "old": money.text(change.old),
                "new": money.text(change.new),
            }
            for change in changes
        ]


class TotalTooLarge(Conflict):
    code = "total_too_large"

    def __init__(self) -> None:
        super().__init__(f"An order may cost at most {money.text(money.LARGEST)}.")
        self.limit = money.text(money.LARGEST)


class PlacingGivenUp(Conflict):
    """The order could not be placed while its time lasted, and now never will be."""

    code = "placing_given_up"

    def __init__(self) -> None:
        super().__init__("This order could not be placed in time; place it again.")


class IllegalTransition(Conflict):
    """`order_status` is what the order is now."""

    code = "illegal_transition"

    def __init__(self, status: Status, to: str) -> None:
        super().__init__(f"An order that is {status} cannot become {to}.")
        self.order_status = status


class AmountMismatch(ShopError):
    status, code = 422, "amount_mismatch"

    def __init__(self, total: Decimal, currency: str) -> None:
        super().__init__(f"The order costs {money.text(total)} {currency}.")
        self.total, self.currency = money.text(total), currency


class UnknownShippingMethod(InvalidRequest):
    def __init__(self, known: Sequence[str]) -> None:
        super().__init__(f"There is no such way of shipping; there are: {', '.join(known)}.", field="shipping_method")


class AddressMissing(InvalidRequest):
    def __init__(self) -> None:
        super().__init__("This way of shipping needs an address.", field="shipping_address")


class InvalidAddress(InvalidRequest):
    """`faults` says by field of the address what is wrong with it."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.errors = [
            {"type": "value_error", "loc": ["body", "shipping_address", field], "msg": fault}
            for field, fault in faults.items()
        ]
