"""The two cookies of a session. Scripts cannot read them, and other sites' requests do not carry them."""

from starlette.requests import Request
from starlette.responses import Response

from auth.domain import SESSION_LIFETIME
from auth.signing_in import TokenPair
from shopkit.auth.principal import COOKIE as ACCESS_COOKIE
from shopkit.auth.principal import LIFETIME

REFRESH_COOKIE = "refresh_token"
"""Its path is / as well: the gateway renews a browser's session on any page."""


def set_session(request: Request, response: Response, tokens: TokenPair) -> None:
    """Let the browser keep both tokens, each for its life."""
    _set(request, response, ACCESS_COOKIE, tokens.access, int(LIFETIME.total_seconds()))
    _set(request, response, REFRESH_COOKIE, tokens.refresh, int(SESSION_LIFETIME.total_seconds()))


def clear_session(request: Request, response: Response) -> None:
    """Let the browser forget both."""
    for name in (ACCESS_COOKIE, REFRESH_COOKIE):
        _set(request, response, name, "", 0)


def _set(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    secure = request.headers.get("x-forwarded-proto") == "https"
    response.set_cookie(name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=secure)
