"""The tables that notifications owns."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shopkit.db.models import NAMES, Identified
from shopkit.events.outbox import inbox_table


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: DateTime(timezone=True), str: Text}  # noqa: RUF012  # SQLAlchemy's own form


INBOX = inbox_table(Base.metadata)


class SentMail(Identified, Base):
    """A mail that SES took over, or, without a recipient, one that nobody is there to get. It goes with its event."""

    __tablename__ = "sent_mails"
    __table_args__ = (CheckConstraint("(recipient IS NULL) = (sent_at IS NULL)", name="recipient"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.event_id", ondelete="CASCADE"), unique=True)
    template: Mapped[str]
    recipient: Mapped[str | None]
    subject: Mapped[str]
    correlation_id: Mapped[str] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
