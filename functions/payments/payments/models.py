"""The tables that payments owns."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, MetaData, Numeric, Text, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from payments.domain import GAVE_UP, OPEN, RefundStatus, Status
from shopkit.db.models import NAMES, Identified, Timestamped
from shopkit.events.outbox import inbox_table, outbox_table
from shopkit.idempotency import idempotency_table


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy's own form
        datetime: DateTime(timezone=True),
        Decimal: Numeric(12, 2),
        str: Text,
        Status: Text,
        RefundStatus: Text,
    }


class Payment(Timestamped, Base):
    """One attempt to pay an order. Its id is the provider's idempotency key, and given by who begins it.

    `order_told_at` is when orders has taken notice of the success; `reason` why there was none, or why orders did not
    want it. At most one payment of an order is open or has succeeded.
    """

    __tablename__ = "payments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    user_id: Mapped[UUID]
    amount: Mapped[Decimal]
    currency: Mapped[str]
    method: Mapped[str]
    status: Mapped[Status] = mapped_column(server_default=Status.pending)
    provider: Mapped[str]
    provider_charge_id: Mapped[str | None]
    reason: Mapped[str | None]
    order_told_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("status IN ('pending', 'in_doubt', 'succeeded', 'failed')", name="status"),
        Index(
            "uq_payments_order",
            "order_id",
            unique=True,
            postgresql_where=text("status IN ('pending', 'in_doubt', 'succeeded')"),
        ),
        Index("ix_payments_order", "order_id", "created_at", "id"),
        Index(
            "ix_payments_unsettled",
            "created_at",
            postgresql_where=text(
                "status IN ('pending', 'in_doubt') OR status = 'succeeded' AND order_told_at IS NULL"
            ),
        ),
        Index("ix_payments_created_at", "created_at", "id"),
    )

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def may_have_been_charged(self) -> bool:
        """Whether the provider may know more of it than we do."""
        return self.is_open or self.reason == GAVE_UP

    @property
    def is_untold(self) -> bool:
        """Whether orders has still to hear of its success."""
        return self.status == Status.succeeded and self.order_told_at is None


class Refund(Identified, Timestamped, Base):
    """A whole payment, given back. Its id is the provider's idempotency key."""

    __tablename__ = "refunds"

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), unique=True)
    order_id: Mapped[UUID]
    amount: Mapped[Decimal]
    currency: Mapped[str]
    reason: Mapped[str]
    status: Mapped[RefundStatus] = mapped_column(server_default=RefundStatus.requested)

    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("status IN ('requested', 'succeeded')", name="status"),
        Index("ix_refunds_requested", "created_at", postgresql_where=text("status = 'requested'")),
    )


class WebhookEvent(Base):
    """An event of the provider that has been dealt with."""

    __tablename__ = "webhook_events"

    provider: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


OUTBOX = outbox_table(Base.metadata)
INBOX = inbox_table(Base.metadata)
IDEMPOTENCY = idempotency_table(Base.metadata)
