"""Opening an account."""

from sqlalchemy.ext.asyncio import AsyncSession

from auth import passwords
from auth.errors import EmailTaken
from auth.models import User
from auth.repository import Users
from shopkit.auth.principal import Role


async def register(uow: AsyncSession, email: str, password: str) -> User:
    """A shopper's account. Raises EmailTaken."""
    user = await Users(uow).open_account(email, passwords.hashed(password), Role.user)
    if user is None:
        raise EmailTaken
    return user
