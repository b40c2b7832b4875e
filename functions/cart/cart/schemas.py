"""What callers send and what they are told."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from cart.domain import GUEST, MOST_LINES, MOST_UNITS
from shopkit.money import Money
from shopkit.web.schemas import RequestBody

MOST_TOLD = f"At most {MOST_UNITS} of a product, else 422 `too_many`."


class AddProduct(RequestBody):
    product_id: UUID
    qty: Annotated[int, Field(ge=1, strict=True, description=MOST_TOLD)]


class SetQuantity(RequestBody):
    product_id: UUID
    qty: Annotated[int, Field(ge=0, strict=True, description=f"0 removes the product. {MOST_TOLD}")]


class RemoveProduct(RequestBody):
    product_id: UUID


class MergeCart(RequestBody):
    guest: Annotated[str, Field(alias="from", pattern=GUEST)]


class EmptyCart(RequestBody):
    """The cart as the caller has read it."""

    cart_id: UUID
    version: Annotated[int, Field(ge=0, strict=True)]


class CartLine(BaseModel):
    product_id: UUID
    sku: str
    name: str
    handle: str | None
    options: dict[str, str]
    image: str | None
    qty: int
    unit_price: Money
    line_total: Money
    price_seen: Annotated[Money, Field(description="When the product was last added.")]
    left: Annotated[int | None, Field(description="What is in stock, where that is less than `qty`.")]
    available: Annotated[bool, Field(description="False where the product is gone, switched off or sold out.")]
    notice: Annotated[str | None, Field(description="What the shopper should know about the line.")]


class Cart(BaseModel):
    items: Annotated[list[CartLine], Field(max_length=MOST_LINES)]
    total: Annotated[Money, Field(description="Of the lines that are available.")]
    currency: str
    version: Annotated[int, Field(description="Grows with every change.")]
    count: Annotated[int, Field(description="Units, of all products together.")]
    checked: Annotated[bool, Field(description="False where catalog did not answer: all is as it was last seen.")]


class Merged(BaseModel):
    added: Annotated[int, Field(description="Lines that came over, wholly or in part.")]
    capped: Annotated[int, Field(description="Lines of which not all came over.")]


class MergedCart(Cart):
    merged: Merged


class Count(BaseModel):
    count: int


class StoredLine(BaseModel):
    product_id: UUID
    sku: str
    name: str
    qty: int
    price_seen: Money
    currency: str


class StoredCart(BaseModel):
    """`cart_id` is null where there is no cart; another one whenever the cart has become empty."""

    cart_id: UUID | None
    version: int
    items: list[StoredLine]
