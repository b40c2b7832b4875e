"""/internal/mails, for the gateway."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from notifications import repository
from notifications.schemas import MailList
from shopkit.auth.callers import internal_caller
from shopkit.errors import DatabaseUnavailable, Forbidden, NotFound, Unauthenticated, may_fail
from shopkit.web.answers import answer
from shopkit.web.serving import LONGEST_ID

router = APIRouter(
    prefix="/internal",
    tags=["internal"],
    dependencies=[Depends(internal_caller("notifications", "gateway"))],
    responses=may_fail(Unauthenticated, Forbidden, NotFound, DatabaseUnavailable),
)


@router.get("/mails", response_model=MailList)
async def list_mails(
    correlation_id: Annotated[
        str, Query(min_length=1, max_length=LONGEST_ID, pattern=r"^[^\x00]*$", description="The request's id.")
    ],
) -> Response:
    """The mails that came of one request, the first hundred."""
    return answer({"items": await repository.mails_of(correlation_id)}, headers={"Cache-Control": "no-store"})
