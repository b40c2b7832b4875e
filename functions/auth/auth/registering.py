"""Opening an account."""

from sqlalchemy.ext.asyncio import AsyncSession

from auth import passwords
from auth.errors import EmailTaken
from auth.events import UserRegistered
from auth.models import User
from auth.repository import Users
from shopkit.auth.principal import Role
from shopkit.events.outbox import publish

FIRST_VERSION = 1
"""Accounts count no changes: nothing but their beginning is told."""


async def register(uow: AsyncSession, email: str, password: str) -> User:
    """A shopper's account. Raises EmailTaken."""
    user = await Users(uow).open_account(email, passwords.hashed(password), Role.user)
    if user is None:
        raise EmailTaken
    await publish(uow, UserRegistered(user_id=user.id, email=user.email), version=FIRST_VERSION)
    return user
