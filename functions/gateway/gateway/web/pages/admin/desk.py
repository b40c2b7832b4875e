"""What the pages below /admin have in common: who may see them, and how they go on after a form."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway import session
from gateway.routing import Endpoint
from gateway.session import Visitor
from gateway.web import rendering
from shopkit.errors import Unauthenticated
from shopkit.web.csrf import SAFE_METHODS

HOME = "/admin"
DONE = {
    "created": "The product is in the catalogue.",
    "saved": "Your changes are saved.",
    "on": "The product is switched on. Shoppers see it.",
    "off": "The product is switched off. Shoppers no longer see it.",
    "stock": "The stock is changed.",
    "deleted": "The product is gone for good.",
    "picture": "The picture is there.",
    "no-picture": "The picture is gone.",
}
"""What a page says of the form that led to it. A fixed table: an address can make it say nothing else."""

AdminEndpoint = Callable[[Request, Visitor], Awaitable[Response]]


def for_admins(endpoint: AdminEndpoint) -> Endpoint:
    """Let only administrators in: nobody is sent to sign in and comes back, a shopper gets Forbidden."""

    @wraps(endpoint)
    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request, await session.require_admin(request))
        except Unauthenticated:
            return RedirectResponse(f"/login?next={quote(_come_back_to(request), safe='')}", 303)

    return guarded


def _come_back_to(request: Request) -> str:
    if request.method not in SAFE_METHODS:
        return HOME
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def go_on(address: str, done: str, *, query: dict[str, str] | None = None, fragment: str = "") -> Response:
    """Post, redirect, get: the next page tells what was done (RFC 9110 §15.4.4)."""
    at = f"#{fragment}" if fragment else ""
    return RedirectResponse(f"{address}?{urlencode({**(query or {}), 'done': done})}{at}", 303)


async def page(request: Request, template: str, *, status: int = 200, **content: Any) -> Response:
    """A page of the administration."""
    done = DONE.get(request.query_params.get("done", ""), "")
    return await rendering.page(request, f"admin/{template}", status=status, done=done, **content)
