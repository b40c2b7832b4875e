"""What only services of the shop may ask."""

from uuid import UUID

from fastapi import APIRouter, Depends, Response

from auth.schemas import Addressee
from shopkit.auth.callers import internal_caller
from shopkit.db.reading import fetch_one
from shopkit.errors import Forbidden, NotFound, Unauthenticated, may_fail
from shopkit.web.answers import answer

router = APIRouter(
    prefix="/internal",
    tags=["internal"],
    dependencies=[Depends(internal_caller("auth", "notifications"))],
    responses=may_fail(Unauthenticated, Forbidden, NotFound),
)


@router.get("/users/{user_id}", response_model=Addressee)
async def show_addressee(user_id: UUID) -> Response:
    """Where mails to an account go."""
    user = await fetch_one("SELECT id, email, is_active FROM users WHERE id = %(id)s", {"id": user_id})
    if user is None:
        raise NotFound("There is no such user.")
    return answer(user)
