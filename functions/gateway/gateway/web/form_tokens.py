"""Tokens in the forms of our pages: a form is genuine if the page that held it was made for the same session.

OWASP's cheat sheet on CSRF, 'HMAC based token pattern'. Each has a nonce, so that compressed pages do not leak it.
"""

import secrets

from starlette.requests import Request

from gateway import cookies, session, signatures

FIELD = "csrf_token"
COOKIE = "csrf"
"""Stands for the session of a visitor who is not signed in. It is worth nothing without our key."""
PURPOSE = b"serverless-shop form token"
NONCE_BYTES = 12


async def token_for(request: Request) -> str:
    """A token for the forms of the page that answers this request; may give the visitor the cookie it needs."""
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    bound_to = await _session_of(request, begin=True)
    return f"{nonce}.{await signatures.sign(PURPOSE, f'{bound_to}.{nonce}')}"


async def is_genuine(request: Request, token: str) -> bool:
    """Whether the token was made for this visitor's session."""
    bound_to = await _session_of(request, begin=False)
    nonce, _, signature = token.partition(".")
    return bool(bound_to) and await signatures.is_genuine(PURPOSE, f"{bound_to}.{nonce}", signature)


async def _session_of(request: Request, *, begin: bool) -> str:
    visitor = await session.visitor(request)
    if visitor.principal is not None:
        return f"session:{visitor.principal.session_id}"
    cookie = request.cookies.get(COOKIE) or getattr(request.state, COOKIE, "")
    if not cookie and begin:
        cookie = request.state.csrf = secrets.token_urlsafe(16)
        visitor.set_cookie(cookies.line(request, COOKIE, cookie))
    return f"cookie:{cookie}" if cookie else ""
