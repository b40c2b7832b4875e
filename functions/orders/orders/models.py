"""The tables that orders owns."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, MetaData, Numeric, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shopkit.db.models import NAMES, Identified, Timestamped
from shopkit.events.outbox import inbox_table, outbox_table
from shopkit.idempotency import idempotency_table

MONEY = Numeric(12, 2)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy's own form
        datetime: DateTime(timezone=True),
        str: Text,
        Decimal: MONEY,
        list[dict[str, Any]]: JSONB,
    }


OUTBOX = outbox_table(Base.metadata)
INBOX = inbox_table(Base.metadata)
IDEMPOTENCY = idempotency_table(Base.metadata)


class Order(Timestamped, Base):
    """An order, or the attempt to place one.

    The cart's lines stay as the shopper saw them; what he bought is in `order_items`. Whoever works on placing holds
    it until `leased_until`; after that, anybody may go on from `recovery_point`. `version` grows with each change.
    """

    __tablename__ = "orders"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(server_default="placing")
    recovery_point: Mapped[str] = mapped_column(server_default="begun")
    leased_until: Mapped[datetime]
    version: Mapped[int] = mapped_column(server_default="0")
    cart_id: Mapped[UUID]
    cart_version: Mapped[int]
    cart_lines: Mapped[list[dict[str, Any]]]
    accepts_price_changes: Mapped[bool]
    idempotency_key: Mapped[str | None]
    currency: Mapped[str]
    shipping_method: Mapped[str]
    shipping: Mapped[Decimal]
    subtotal: Mapped[Decimal] = mapped_column(server_default="0")
    discount: Mapped[Decimal] = mapped_column(server_default="0")
    total: Mapped[Decimal] = mapped_column(server_default="0")
    payment_id: Mapped[UUID | None]
    placed_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "status IN ('placing', 'rejected', 'created', 'paid', 'processing', 'completed', 'cancelled')",
            name="status",
        ),
        CheckConstraint("recovery_point IN ('begun', 'created', 'refused', 'finished')", name="recovery_point"),
        CheckConstraint("total = subtotal - discount + shipping OR version = 0", name="total"),
        CheckConstraint("(placed_at IS NULL) = (version = 0)", name="placed"),
        CheckConstraint("(paid_at IS NULL) = (payment_id IS NULL)", name="paid"),
        Index("uq_orders_cart", "cart_id", "cart_version", unique=True, postgresql_where=text("status <> 'rejected'")),
        Index("ix_orders_user", "user_id", "created_at", "id"),
        Index("ix_orders_newest", "created_at", "id"),
        Index("ix_orders_status", "status", "created_at", "id"),
        Index("ix_orders_unfinished", "leased_until", postgresql_where=text("recovery_point <> 'finished'")),
        Index("ix_orders_paid", "paid_at", "id", postgresql_where=text("paid_at IS NOT NULL")),
        Index("ix_orders_unpaid", "expires_at", postgresql_where=text("status = 'created'")),
    )


class OrderItem(Base):
    """A product as it was sold: a copy, which outlives the product."""

    __tablename__ = "order_items"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    product_id: Mapped[UUID]
    sku: Mapped[str]
    name: Mapped[str]
    qty: Mapped[int]
    unit_price: Mapped[Decimal]
    line_total: Mapped[Decimal]

    __table_args__ = (
        CheckConstraint("qty > 0", name="qty"),
        Index("ix_order_items_sku", text("lower(sku)")),
    )


class OrderEvent(Identified, Base):
    """One entry of an order's story: who changed what, when and why."""

    __tablename__ = "order_events"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    type: Mapped[str]
    by: Mapped[str]
    note: Mapped[str | None]
    correlation_id: Mapped[str]

    __table_args__ = (Index("ix_order_events_order", "order_id", "at"),)


class Address(Base):
    """Where an order is sent to."""

    __tablename__ = "addresses"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str]
    line1: Mapped[str]
    line2: Mapped[str | None]
    city: Mapped[str]
    postcode: Mapped[str]
    country: Mapped[str]

    __table_args__ = (
        Index("ix_addresses_name", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
    )
