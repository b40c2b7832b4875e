"""How many things are in the cart, as the header of every page says.

The browser keeps the number, so that no page asks cart for it. Nothing vouches for it, and nothing but the header
believes it.
"""

from datetime import timedelta

from starlette.requests import Request

from gateway import cookies

COOKIE = "cart_count"
FORGOTTEN = cookies.forgotten(COOKIE)
LIFETIME = timedelta(days=30)
MOST_DIGITS = 6


def cookie_for(request: Request, count: int) -> str:
    """The line of Set-Cookie with the number, which the page that answers this request shows already."""
    request.state.cart_count = count
    return cookies.line(request, COOKIE, str(count), lifetime=LIFETIME)


def count_in(request: Request) -> int:
    """The number; 0 where none is known."""
    told = request.cookies.get(COOKIE, "")
    kept = int(told) if told.isascii() and told.isdecimal() and len(told) <= MOST_DIGITS else 0
    return int(getattr(request.state, COOKIE, kept))
