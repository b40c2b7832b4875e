"""Guests: somebody who has put something into a cart before signing in, known by a signed cookie."""

import uuid
from datetime import timedelta

from starlette.requests import Request

from gateway import cookies, signatures

COOKIE = "guest_cart"
FORGOTTEN = cookies.forgotten(COOKIE)
LIFETIME = timedelta(days=30)
"""As long as cart keeps what nobody changes."""
PURPOSE = b"serverless-shop guest cart"


def newcomer() -> str:
    """The number of a guest whom nobody knows yet."""
    return str(uuid.uuid4())


async def named_in(request: Request) -> str:
    """The guest whom the request's cookie names; empty without one, or where we did not make it."""
    guest, _, signature = request.cookies.get(COOKIE, "").partition(".")
    return guest if signature and await signatures.is_genuine(PURPOSE, guest, signature) else ""


async def cookie_for(request: Request, guest: str) -> str:
    """The line of Set-Cookie by which the guest is known from now on, for LIFETIME."""
    return cookies.line(request, COOKIE, f"{guest}.{await signatures.sign(PURPOSE, guest)}", lifetime=LIFETIME)


def owner(guest: str) -> str:
    """The guest as cart calls the owner of a cart."""
    return f"guest:{guest}"
