"""What the catalog refuses, as its callers are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from shopkit.errors import Conflict, NotFound, ShopError


class ProductNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such product.")


class CategoryNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such category.")


class ImageNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such image.")


class AnswerTooLarge(ShopError):
    status, code = 422, "answer_too_large"

    def __init__(self) -> None:
        super().__init__("The answer would be larger than 6 MB; ask for less.")


class SkuTaken(Conflict):
    code = "sku_taken"

    def __init__(self, sku: str) -> None:
        super().__init__(f"Another product has the SKU {sku}.")
        self.sku = sku


class VariantExists(Conflict):
    code = "variant_exists"

    def __init__(self, handle: str) -> None:
        super().__init__(f"The handle {handle} has a product with these options already.")
        self.handle = handle


class SlugTaken(Conflict):
    code = "slug_taken"

    def __init__(self, slug: str) -> None:
        super().__init__(f"Another category has the slug {slug}.")
        self.slug = slug


class OutOfStock(Conflict):
    code = "out_of_stock"

    def __init__(self, sku: str, left: int) -> None:
        super().__init__(f"Only {left} of {sku} left.")
        self.sku, self.left = sku, left


class NotEnoughStock(Conflict):
    """`items` names each product of which fewer are left than are wanted."""

    code = "out_of_stock"

    def __init__(self, items: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("There is not enough of everything left.")
        self.items = items


class ReservationNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("This order holds nothing.")


class ReservationReleased(Conflict):
    code = "reservation_released"

    def __init__(self) -> None:
        super().__init__("What this order held was given back, for good.")


class ReservationDiffers(Conflict):
    code = "reservation_differs"

    def __init__(self) -> None:
        super().__init__("This order holds other products already.")


class ReservationConfirmed(Conflict):
    code = "reservation_confirmed"

    def __init__(self) -> None:
        super().__init__("What this order held is sold.")


class RestockExceeds(Conflict):
    code = "restock_exceeds"

    def __init__(self) -> None:
        super().__init__("More would come back than was sold.")


class RestockDiffers(Conflict):
    code = "restock_differs"

    def __init__(self) -> None:
        super().__init__("Something else came back for this refund already.")
