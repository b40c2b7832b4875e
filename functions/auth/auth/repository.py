"""Accounts, as registration and administration see them. Sign-in has SQL of its own, in sessions.py."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from auth.models import Session, User
from shopkit.auth.principal import Role
from shopkit.db.repository import Repository

Position = tuple[datetime, UUID]
"""Where an account stands in the list: since when it exists, then its id."""


class Users(Repository[User]):
    model = User

    async def with_email(self, email: str) -> User | None:
        return await self.first(select(User).where(User.email == email))

    async def open_account(self, email: str, password_hash: str, role: Role) -> User | None:
        """The new account, or None where the address has one: of two who ask at once, one gets it."""
        account = insert(User).values(email=email, password_hash=password_hash, role=role)
        opened = account.on_conflict_do_nothing(index_elements=[User.email]).returning(User)
        return (await self.session.scalars(opened)).first()

    async def page(self, *, q: str | None, role: Role | None, after: Position | None, limit: int) -> list[User]:
        """The newest accounts after a position, at most `limit`; `q` is any part of the address."""
        query = select(User).order_by(User.created_at.desc(), User.id.desc()).limit(limit)
        if q:
            query = query.where(User.email.icontains(q, autoescape=True))
        if role:
            query = query.where(User.role == role)
        if after:
            query = query.where(tuple_(User.created_at, User.id) < after)
        return await self.all(query)

    async def locked(self, ids: Iterable[UUID]) -> dict[UUID, User]:
        """Those accounts, locked until the unit of work ends, always in the same order."""
        query = select(User).where(User.id.in_(ids)).order_by(User.id).with_for_update()
        return {user.id: user for user in await self.all(query)}

    async def end_sessions(self, user_id: UUID) -> None:
        """Sign the account out everywhere."""
        alive = update(Session).where(Session.user_id == user_id, Session.ended_at.is_(None))
        await self.session.execute(alive.values(ended_at=func.now()))
