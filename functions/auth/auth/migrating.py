"""The migrate entry: the tables first, then the administrator whom the settings name."""

from pathlib import Path
from typing import Literal

from auth import passwords
from auth.settings import FirstAdmin, first_admin
from shopkit.auth.principal import Role

MIGRATIONS = Path(__file__).parent.parent / "migrations"


async def migrate() -> dict[str, str]:
    """Bring the database up to date; tells its revision and what became of the administrator.

    Raises DatabaseUnavailable, and before anything has happened what `first_admin` raises.
    """
    from shopkit.db.migrations import upgrade

    admin = first_admin()
    revision = await upgrade(MIGRATIONS)
    return {"revision": revision, "admin": await _seed(admin) if admin else "none"}


async def _seed(admin: FirstAdmin) -> Literal["created", "present"]:
    """Make the administrator, unless somebody has that address: an existing account is left as it is."""
    from auth.repository import Users
    from shopkit.db.session import work

    async with work() as uow:
        users = Users(uow)
        if await users.with_email(admin.email):
            return "present"
        made = await users.open_account(admin.email, passwords.hashed(admin.password), Role.admin)
        return "created" if made else "present"
