"""What orders send of the stock, and are answered."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StrictInt

from catalog import domain
from shopkit.money import Money
from shopkit.web.schemas import RequestBody


class WantedLine(RequestBody):
    product_id: UUID
    qty: Annotated[StrictInt, Field(ge=1, le=domain.LARGEST_DELTA)]


def _distinct(lines: list[WantedLine]) -> list[WantedLine]:
    if len({line.product_id for line in lines}) < len(lines):
        raise ValueError("must name each product once")
    return lines


WantedLines = Annotated[list[WantedLine], Field(min_length=1, max_length=domain.MOST_LINES), AfterValidator(_distinct)]


class NewReservation(RequestBody):
    """What an order wants of the stock."""

    lines: WantedLines


class NewRestock(RequestBody):
    """What of an order comes back."""

    order_id: UUID
    lines: WantedLines


class HeldLine(BaseModel):
    """So many of a product, as it was when they were reserved."""

    product_id: UUID
    sku: str
    name: str
    qty: int
    unit_price: Money
    currency: str


class Reservation(BaseModel):
    """Lines in the order of the products' ids."""

    order_id: UUID
    status: Literal["held", "confirmed"]
    lines: list[HeldLine]


class DifferingProduct(BaseModel):
    """`ledger` is the sum of the product's movements, which its `stock` should be."""

    product_id: UUID
    sku: str
    stock: int
    ledger: int


class LongHeld(BaseModel):
    order_id: UUID
    status: Literal["held"]
    created_at: datetime


class StockAudit(BaseModel):
    products: list[DifferingProduct]
    reservations: list[LongHeld]
    next_cursor: str | None
