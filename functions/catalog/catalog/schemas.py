"""Bodies, parameters and (for the documentation) answers."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StrictInt, field_validator

from catalog import domain
from catalog.fields import Categories, Description, Line, Options, Price, ProductName, Sku, Slug, Stock
from catalog.searching import Filters, Shown
from catalog.sorting import Name
from shopkit.db.paging import DEFAULT_LIMIT, CursorParameter, Limit
from shopkit.money import Money
from shopkit.web.schemas import RequestBody

LARGEST_IMAGE = 10 * 1024 * 1024
"""Bytes."""


class ListQuery(BaseModel):
    """What a list of products may be asked for."""

    q: Annotated[str | None, Field(max_length=200, description="Words in name, SKU or description, all of them.")] = (
        None
    )
    sku: Annotated[str | None, Field(max_length=domain.LONGEST_SKU, description="Exactly this SKU.")] = None
    name: Annotated[str | None, Field(max_length=domain.LONGEST_NAME, description="A part of the name.")] = None
    category: Annotated[str | None, Field(max_length=domain.LONGEST_HANDLE, description="A slug.")] = None
    min_price: Money | None = None
    max_price: Money | None = None
    in_stock: bool | None = None
    group: Annotated[Literal["handle"] | None, Field(description="`handle`: one row a handle.")] = None
    active: Annotated[
        Literal["true", "false", "all"] | None, Field(description="For administrators; else the active ones are shown.")
    ] = None
    sort: Name = "newest"
    limit: Limit = DEFAULT_LIMIT
    cursor: CursorParameter = None
    facets: Annotated[bool, Field(description="Whether to answer `facets`: category counts and price range.")] = False

    @field_validator("q", "sku", "name", "category")
    @classmethod
    def _one_line(cls, text: str | None) -> str | None:
        return text if text is None else domain.line(text)

    @property
    def shown(self) -> Shown:
        return SHOWN[self.active]

    @property
    def filters(self) -> Filters:
        return Filters(
            q=(self.q or "").strip(),
            sku=self.sku,
            name=self.name,
            category=self.category,
            min_price=self.min_price,
            max_price=self.max_price,
            in_stock=self.in_stock,
        )


SHOWN: dict[str | None, Shown] = {None: "active", "true": "active", "false": "inactive", "all": "all"}


class NewProduct(RequestBody):
    """A product to be made.

    With the handle of others it becomes their variant, and theirs are the description and the categories: the first
    row of a handle leads.
    """

    sku: Sku
    name: ProductName
    price: Price
    stock: Stock = 0
    handle: Annotated[Slug | None, Field(description="Made from the name where it is not given.")] = None
    options: Annotated[Options, Field(default_factory=dict)]
    description: Description = ""
    compare_at_price: Price | None = None
    is_active: StrictBool = True
    categories: Annotated[Categories, Field(default_factory=list)]


class ProductChanges(RequestBody):
    """Any of a product's fields. Its stock is changed by movements only."""

    sku: Sku | None = None
    name: ProductName | None = None
    price: Price | None = None
    handle: Slug | None = None
    options: Options | None = None
    description: Description | None = None
    compare_at_price: Price | None = None
    is_active: StrictBool | None = None
    categories: Categories | None = None

    @field_validator("sku", "name", "price", "handle", "options", "description", "is_active", "categories")
    @classmethod
    def _not_null(cls, value: Any) -> Any:
        return _told(value)


class NewMovement(RequestBody):
    """A change of a product's stock."""

    delta: Annotated[StrictInt, Field(ge=-domain.LARGEST_DELTA, le=domain.LARGEST_DELTA, examples=[-2])]
    reason: Annotated[str, Field(min_length=1, max_length=domain.LONGEST_REASON, examples=["broken"]), Line]

    @field_validator("delta")
    @classmethod
    def _moves(cls, delta: int) -> int:
        if delta == 0:
            raise ValueError("must not be 0")
        return delta


class NewCategory(RequestBody):
    name: ProductName
    slug: Annotated[Slug | None, Field(description="Made from the name where it is not given.")] = None


class CategoryChanges(RequestBody):
    name: ProductName | None = None
    slug: Slug | None = None

    @field_validator("name", "slug")
    @classmethod
    def _not_null(cls, value: Any) -> Any:
        return _told(value)


class NewImage(RequestBody):
    """A picture that will be uploaded."""

    content_type: Literal["image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"]
    size: Annotated[StrictInt, Field(ge=1, le=LARGEST_IMAGE, description="Bytes.")]
    alt: Annotated[str, Field(max_length=500), Line] = ""


def _told(value: Any) -> Any:
    """A field that is left out stays as it is; one that is null would have no meaning."""
    if value is None:
        raise ValueError("must not be null")
    return value


class Image(BaseModel):
    id: UUID
    url: str
    alt: str
    position: int


class Product(BaseModel):
    """One sellable unit. Products that share a handle are its variants."""

    id: UUID
    sku: str
    name: str
    handle: str
    options: dict[str, str]
    description: str
    price: Money
    compare_at_price: Money | None
    currency: str
    stock: int
    is_active: bool
    categories: list[str]
    images: list[Image]
    created_at: datetime
    updated_at: datetime


class Card(Product):
    """A handle as one row: its leading variant, with the lowest price and the stock of all of them."""

    variants: int
    price_to: Annotated[Money | None, Field(description="The highest price, if they differ.")]


class CategoryCount(BaseModel):
    slug: str
    name: str
    count: int


class PriceRange(BaseModel):
    min: Money | None
    max: Money | None


class Facets(BaseModel):
    categories: list[CategoryCount]
    price: PriceRange


class ProductPage(BaseModel):
    items: list[Card | Product]
    next_cursor: str | None
    facets: Annotated[Facets | None, Field(description="Only where it is asked for.")] = None


class Listing(BaseModel):
    """What a handle names."""

    handle: str
    name: str
    description: str
    categories: list[str]
    images: list[Image]
    variants: list[Product]


class Category(CategoryCount):
    """`count` is how many handles shoppers see in it."""

    id: UUID


class CategoryPage(BaseModel):
    items: list[Category]
    next_cursor: str | None


class Movement(BaseModel):
    """One entry of the stock ledger."""

    id: UUID
    delta: int
    reason: str
    stock_after: int
    by: str
    correlation_id: str
    created_at: datetime


class MovementPage(BaseModel):
    items: list[Movement]
    next_cursor: str | None


class Upload(BaseModel):
    """A form to post the file with, as its last field `file`."""

    url: str
    fields: dict[str, str]


class AnnouncedImage(BaseModel):
    image: Image
    upload: Upload
