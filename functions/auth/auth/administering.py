"""What administrators do with accounts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from auth.domain import Standing
from auth.errors import OwnAccount, SessionEnded
from auth.models import User
from auth.repository import Position, Users
from auth.schemas import ChangeStanding
from shopkit.auth.principal import Principal, Role
from shopkit.db.paging import broken_cursor, decode_cursor, encode_cursor
from shopkit.errors import NotFound

SORT = "newest"


async def page(
    uow: AsyncSession, *, q: str | None, role: Role | None, cursor: str | None, limit: int
) -> tuple[list[User], str | None]:
    """One page of the accounts, newest first, and the cursor of the next. Raises InvalidRequest for a bad cursor."""
    users = await Users(uow).page(q=q, role=role, after=_position(cursor), limit=limit + 1)
    if len(users) <= limit:
        return users, None
    last = users[limit - 1]
    return users[:limit], encode_cursor(SORT, [last.created_at.isoformat(), str(last.id)])


def _position(cursor: str | None) -> Position | None:
    if cursor is None:
        return None
    since, user_id = decode_cursor(cursor, SORT, 2)
    try:
        return datetime.fromisoformat(since), UUID(user_id)
    except (ValueError, TypeError, AttributeError) as error:
        raise broken_cursor() from error


async def change_standing(uow: AsyncSession, admin: Principal, user_id: UUID, change: ChangeStanding) -> User:
    """Change an account's role, or switch it off or on; its sessions end where they would tell an old standing.

    The administrator's own account is locked and looked at too, so that of two who switch each other off at once
    one stays. Raises SessionEnded, NotFound and OwnAccount.
    """
    users = Users(uow)
    admin_id = UUID(admin.id)
    locked = await users.locked({admin_id, user_id})
    if admin_id not in locked or not locked[admin_id].standing.administers:
        raise SessionEnded
    if (user := locked.get(user_id)) is None:
        raise NotFound("There is no such user.")
    before = user.standing
    after = Standing(change.role or before.role, before.is_active if change.is_active is None else change.is_active)
    if user_id == admin_id and not after.administers:
        raise OwnAccount
    user.role, user.is_active = after.role, after.is_active
    if after.ends_sessions_of(before):
        await users.end_sessions(user_id)
    return user
