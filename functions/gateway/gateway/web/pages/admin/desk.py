"""What the pages below /admin have in common: who may see them, and how they go on after a form."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway import session
from gateway.web import doors, rendering

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
    "moved": "The order is moved on.",
    "refunded": "The order is cancelled, and the money goes back to the shopper.",
}
"""What a page says of the form that led to it. A fixed table: an address can make it say nothing else."""

for_admins = doors.opens_for(session.require_admin, home=HOME)
"""Lets only administrators in: nobody is sent to sign in and comes back, a shopper gets Forbidden."""


def go_on(address: str, done: str, *, query: dict[str, str] | None = None, fragment: str = "") -> Response:
    """Post, redirect, get: the next page tells what was done (RFC 9110 §15.4.4)."""
    at = f"#{fragment}" if fragment else ""
    return RedirectResponse(f"{address}?{urlencode({**(query or {}), 'done': done})}{at}", 303)


async def page(request: Request, template: str, *, status: int = 200, **content: Any) -> Response:
    """A page of the administration."""
    done = DONE.get(request.query_params.get("done", ""), "")
    return await rendering.page(request, f"admin/{template}", status=status, done=done, **content)
