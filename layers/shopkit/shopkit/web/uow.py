"""The unit of work of a request, as endpoints ask for it; apart from the session, which needs no FastAPI."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends

from shopkit.db.session import unit_of_work

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession
else:
    AsyncSession = Any  # SQLAlchemy's half second of imports is for those who write

Uow = Annotated[AsyncSession, Depends(unit_of_work, scope="function")]
"""With FastAPI's default scope a failing COMMIT would come after the answer."""
