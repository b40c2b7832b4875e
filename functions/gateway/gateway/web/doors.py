"""Who may see a page; nobody is sent to sign in, and comes back afterwards."""

from collections.abc import Awaitable, Callable
from functools import wraps
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.routing import Endpoint
from gateway.session import Visitor
from shopkit.errors import Unauthenticated
from shopkit.web.csrf import SAFE_METHODS

Guarded = Callable[[Request, Visitor], Awaitable[Response]]


def opens_for(admitted: Callable[[Request], Awaitable[Visitor]], *, home: str) -> Callable[[Guarded], Endpoint]:
    """Lets in whom `admitted` lets in. Who had to sign in first comes back to the page, or `home` after a form."""

    def door(endpoint: Guarded) -> Endpoint:
        @wraps(endpoint)
        async def guarded(request: Request) -> Response:
            try:
                return await endpoint(request, await admitted(request))
            except Unauthenticated:
                return RedirectResponse(f"/login?next={quote(_come_back_to(request, home), safe='')}", 303)

        return guarded

    return door


def _come_back_to(request: Request, home: str) -> str:
    if request.method not in SAFE_METHODS:
        return home
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path
