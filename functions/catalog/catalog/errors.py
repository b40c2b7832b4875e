"""What the catalog refuses, as its callers are told."""

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
