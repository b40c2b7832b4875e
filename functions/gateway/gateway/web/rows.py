"""A sellable unit as the administration lists it: no I/O, no markup."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from gateway.web.presenters import Picture, Price, Product, Stock, pictures_of, price_of, product_address, stock_of


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    name: str
    sku: str
    options: str
    picture: Picture
    price: Price
    left: int
    stock: Stock
    is_active: bool
    shop_address: str

    @property
    def address(self) -> str:
        """Where the unit is edited."""
        return f"/admin/products/{quote(self.id, safe='')}"


def row_of(product: Product) -> Row:
    return Row(
        id=product["id"],
        name=product["name"],
        sku=product["sku"],
        options=", ".join(product["options"].values()),
        picture=pictures_of(product)[0],
        price=price_of(product),
        left=product["stock"],
        stock=stock_of(product["stock"]),
        is_active=product["is_active"],
        shop_address=f"{product_address(product['handle'])}?variant={product['id']}",
    )


def rows_of(products: Iterable[Product]) -> list[Row]:
    return [row_of(product) for product in products]
