"""/auth: accounts and sessions.

What writes through SQLAlchemy is imported by the endpoint that needs it, so that signing in does not wait for it.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Cookie, Depends, Query, Request, Response
from fastapi.security import OAuth2PasswordRequestForm

from auth import cookies, sessions, signing_in
from auth.domain import LONGEST_EMAIL
from auth.errors import EmailTaken, InvalidCredentials, OwnAccount, SessionEnded
from auth.schemas import AccessToken, ChangeStanding, Refresh, Register, UserOut, UserPage
from shopkit.auth import principal, tokens
from shopkit.auth.principal import Admin, Role, Shopper
from shopkit.db.paging import DEFAULT_LIMIT, CursorParameter, Limit
from shopkit.errors import Forbidden, NotFound, Unauthenticated, may_fail
from shopkit.web.answers import answer
from shopkit.web.uow import Uow

router = APIRouter(prefix="/auth", tags=["auth"])

RefreshCookie = Annotated[str | None, Cookie(alias=cookies.REFRESH_COOKIE)]
EmailPart = Annotated[
    str | None, Query(max_length=LONGEST_EMAIL, pattern=r"^[^\x00]*$", description="Part of the e-mail address.")
]
NOT_STORED = {"Cache-Control": "no-store"}
"""RFC 6749 §5.1, for whatever carries tokens."""


@router.post("/register", status_code=201, response_model=UserOut, responses=may_fail(EmailTaken))
async def register(body: Register, uow: Uow) -> Any:
    """Open a shopper's account."""
    from auth import registering

    return await registering.register(uow, body.email, body.password)


@router.post("/login", response_model=AccessToken, responses=may_fail(InvalidCredentials))
async def login(request: Request, form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> Response:
    """Sign in: the e-mail address is the username. The answer also sets both cookies."""
    return _tell(request, await signing_in.sign_in(form.username, form.password))


@router.post("/refresh", response_model=AccessToken, responses=may_fail(Unauthenticated, SessionEnded))
async def refresh(request: Request, cookie: RefreshCookie = None, body: Refresh | None = None) -> Response:
    """Renew the session by its refresh token, from the body or from the cookie. Each token serves once."""
    token = body.refresh_token if body else cookie
    if not token:
        raise Unauthenticated
    return _tell(request, await signing_in.renew(token))


@router.post("/logout", status_code=204)
async def logout(request: Request, cookie: RefreshCookie = None) -> Response:
    """End the session, if there is one, and clear both cookies."""
    await signing_in.sign_out(await _session_named_by(request), cookie)
    response = Response(status_code=204)
    cookies.clear_session(request, response)
    return response


@router.get("/me", response_model=UserOut, responses=may_fail(Unauthenticated, SessionEnded))
async def me(who: Shopper) -> Response:
    """The signed-in account as it is now, whatever the token says of it."""
    user = await sessions.user_of(who.session_id)
    if user is None:
        raise SessionEnded
    return answer(user)


@router.get("/users", response_model=UserPage, responses=may_fail(Unauthenticated, Forbidden))
async def list_users(
    admin: Admin,  # noqa: ARG001
    uow: Uow,
    q: EmailPart = None,
    role: Role | None = None,
    cursor: CursorParameter = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Any:
    """All accounts, newest first."""
    from auth import administering

    users, next_cursor = await administering.page(uow, q=q, role=role, cursor=cursor, limit=limit)
    return {"items": users, "next_cursor": next_cursor}


@router.patch(
    "/users/{user_id}",
    response_model=UserOut,
    responses=may_fail(Unauthenticated, SessionEnded, Forbidden, NotFound, OwnAccount),
)
async def change_user(admin: Admin, uow: Uow, user_id: UUID, body: ChangeStanding) -> Any:
    """Change an account's role, or switch it off or on. Its sessions end with either."""
    from auth import administering

    return await administering.change_standing(uow, admin, user_id, body)


def _tell(request: Request, pair: signing_in.TokenPair) -> Response:
    response = answer(AccessToken(access_token=pair.access), headers=NOT_STORED)
    cookies.set_session(request, response, pair)
    return response


async def _session_named_by(request: Request) -> str | None:
    """The session of a good access token; who signs out with a bad one is signed out already."""
    header = principal.bearer_token(request.headers.get("authorization"))
    try:
        return (await principal.read(header or request.cookies.get(principal.COOKIE, ""))).session_id
    except tokens.InvalidToken:
        return None
