"""Rows. A listing is what a handle names; a product is one sellable unit (a variant) of a listing."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, DateTime, ForeignKey, Index, MetaData, Numeric, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shopkit.db.models import NAMES, Identified, Timestamped
from shopkit.events.outbox import inbox_table, outbox_table


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: DateTime(timezone=True), str: Text}  # noqa: RUF012  # SQLAlchemy's own form


OUTBOX = outbox_table(Base.metadata)
INBOX = inbox_table(Base.metadata)


class Listing(Identified, Timestamped, Base):
    """What all variants of a handle share. It goes when its last product goes, and the handle is free again."""

    __tablename__ = "listings"

    handle: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(server_default="")
    vendor: Mapped[str] = mapped_column(server_default="")


class Product(Identified, Timestamped, Base):
    """One sellable unit. A deleted one has left its listing, and its SKU may be used again.

    `options` is JSON and not JSONB, which would lose the order of the names. The product with the lowest
    `position` (then the lowest id) leads its listing. Triggers keep two columns: `stock_version` grows by one whenever
    the stock changes; `search` is the words of name, SKU and description (its tags left out), so that one index finds
    all three.
    """

    __tablename__ = "products"

    listing_id: Mapped[UUID | None] = mapped_column(ForeignKey("listings.id"))
    sku: Mapped[str]
    name: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    price: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    compare_at_price: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    stock: Mapped[int] = mapped_column(server_default="0")
    stock_version: Mapped[int] = mapped_column(server_default="0")
    is_active: Mapped[bool] = mapped_column(server_default="true")
    position: Mapped[int] = mapped_column(server_default="1")
    deleted_at: Mapped[datetime | None]
    search: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("compare_at_price >= 0", name="compare_at_price"),
        CheckConstraint("stock >= 0", name="stock"),
        CheckConstraint("(listing_id IS NULL) = (deleted_at IS NOT NULL)", name="deleted"),
        Index("uq_products_sku", "sku", unique=True, postgresql_where=text("deleted_at IS NULL")),
        Index("uq_products_variant", "listing_id", text("(options::jsonb)"), unique=True),
        Index("ix_products_listing", "listing_id", "position", "id"),
        Index("ix_products_newest", "created_at", "id"),
        Index("ix_products_price", "price", "id"),
        Index("ix_products_name", text("lower(name)"), "id"),
        Index("ix_products_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}),
    )


class Category(Identified, Base):
    __tablename__ = "categories"

    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class ListingCategory(Base):
    """`position` keeps the order in which a listing's categories were given."""

    __tablename__ = "product_categories"

    listing_id: Mapped[UUID] = mapped_column(ForeignKey("listings.id", ondelete="CASCADE"), primary_key=True)
    category_id: Mapped[UUID] = mapped_column(
        ForeignKey("categories.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(server_default="1")


class Image(Identified, Base):
    """A picture that lies elsewhere (`url`) or in our own bucket (`storage_key`)."""

    __tablename__ = "product_images"

    listing_id: Mapped[UUID] = mapped_column(ForeignKey("listings.id", ondelete="CASCADE"))
    url: Mapped[str | None]
    storage_key: Mapped[str | None] = mapped_column(unique=True)
    alt: Mapped[str] = mapped_column(server_default="")
    position: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (
        CheckConstraint("(url IS NULL) <> (storage_key IS NULL)", name="place"),
        Index("ix_product_images_listing", "listing_id", "position", "id"),
    )


class StockMovement(Identified, Base):
    """One entry of the ledger: `by` whom the stock was moved (a user's id, or `order:<id>`), and `stock_after` that."""

    __tablename__ = "stock_movements"

    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"))
    delta: Mapped[int]
    reason: Mapped[str]
    stock_after: Mapped[int]
    by: Mapped[str]
    correlation_id: Mapped[str]
    # not now(), the transaction's start: entries of one product must stand in the order of their changes
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))

    __table_args__ = (
        CheckConstraint("delta <> 0", name="delta"),
        Index("ix_stock_movements_product", "product_id", "created_at", "id"),
    )


class Reservation(Timestamped, Base):
    """What an order holds of the stock. A released one without lines is a tombstone: its order may hold nothing."""

    __tablename__ = "reservations"

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[str]

    __table_args__ = (
        CheckConstraint("status IN ('held', 'confirmed', 'released')", name="status"),
        Index("ix_reservations_held", "created_at", "order_id", postgresql_where=text("status = 'held'")),
    )


class ReservationLine(Base):
    """How many of a product, as it was then; `restocked` is how many of them came back after they were sold."""

    __tablename__ = "reservation_lines"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("reservations.order_id"), primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"), primary_key=True)
    qty: Mapped[int]
    restocked: Mapped[int] = mapped_column(server_default="0")
    sku: Mapped[str]
    name: Mapped[str]
    unit_price: Mapped[Decimal] = mapped_column(Numeric(12, 2))

    __table_args__ = (
        CheckConstraint("qty > 0", name="qty"),
        CheckConstraint("restocked BETWEEN 0 AND qty", name="restocked"),
    )


class Restock(Base):
    """Units of an order that came back, once for each refund."""

    __tablename__ = "restocks"

    refund_id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("reservations.order_id"))
    lines: Mapped[dict[str, int]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
