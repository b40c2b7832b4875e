"""What the cart refuses, as its callers are told."""

from cart.domain import MOST_LINES, MOST_UNITS
from shopkit.errors import Conflict, NotFound, ShopError, Unavailable


class CartUnavailable(Unavailable):
    def __init__(self) -> None:
        super().__init__("cart")


class ProductNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such product.")


class NotInCart(NotFound):
    code = "not_in_cart"

    def __init__(self) -> None:
        super().__init__("This product is not in the cart.")


class ProductInactive(Conflict):
    code = "product_inactive"

    def __init__(self) -> None:
        super().__init__("This product is not for sale.")


class CartChanged(Conflict):
    """Also what a repeated call is told that had its way the first time."""

    code = "cart_changed"

    def __init__(self) -> None:
        super().__init__("The cart has changed meanwhile.")


class CartFull(ShopError):
    status, code = 422, "cart_full"

    def __init__(self) -> None:
        super().__init__(f"A cart holds at most {MOST_LINES} different products.")
        self.limit = MOST_LINES


class TooMany(ShopError):
    status, code = 422, "too_many"

    def __init__(self) -> None:
        super().__init__(f"A cart holds at most {MOST_UNITS} of one product.")
        self.limit = MOST_UNITS
