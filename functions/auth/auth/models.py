"""The tables that auth owns."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, MetaData, func, true
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from auth.domain import Standing
from shopkit.auth.principal import Role
from shopkit.db.models import NAMES, Identified, Timestamped
from shopkit.events.outbox import outbox_table


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012  # SQLAlchemy's own form


OUTBOX = outbox_table(Base.metadata)


class User(Identified, Timestamped, Base):
    """An account. Its address is shown as it was typed, and compared without regard to case."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role IN ('user', 'admin')", name="role"),
        Index("ix_users_created_at_id", "created_at", "id"),
    )

    email: Mapped[str] = mapped_column(CITEXT, unique=True)
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(server_default=Role.user)
    is_active: Mapped[bool] = mapped_column(server_default=true())

    @property
    def standing(self) -> Standing:
        return Standing(Role(self.role), self.is_active)


class Session(Identified, Base):
    """One sign-in, with all refresh tokens that follow from it."""

    __tablename__ = "sessions"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RefreshToken(Base):
    """A token that renews its session once, known by its SHA-256 only."""

    __tablename__ = "refresh_tokens"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    used_at: Mapped[datetime | None]
