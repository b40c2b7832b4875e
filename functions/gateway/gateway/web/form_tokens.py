"""Tokens in the forms of our pages: a form is genuine if the page that held it was made for the same session.

OWASP's cheat sheet on CSRF, 'HMAC based token pattern'. Each has a nonce, so that compressed pages do not leak it.
"""

import hmac
import secrets

from starlette.requests import Request

from gateway import session
from shopkit.auth.keyring import shopper_keys

FIELD = "csrf_token"
COOKIE = "csrf"
"""Stands for the session of a visitor who is not signed in. It is worth nothing without our key."""
PURPOSE = b"serverless-shop form token"
NONCE_BYTES = 12


async def token_for(request: Request) -> str:
    """A token for the forms of the page that answers this request; may give the visitor the cookie it needs."""
    signing_key = (await shopper_keys.ring()).signing_key
    return _token(signing_key, secrets.token_urlsafe(NONCE_BYTES), await _session_of(request, begin=True))


async def is_genuine(request: Request, token: str) -> bool:
    """Whether the token was made for this visitor's session, with any key that still counts."""
    bound_to = await _session_of(request, begin=False)
    nonce = token.partition(".")[0]
    keys = (await shopper_keys.ring()).keys.values()
    made = [_token(key, nonce, bound_to) for key in keys]
    return bool(bound_to) and any(hmac.compare_digest(each.encode(), token.encode()) for each in made)


def _token(key: bytes, nonce: str, bound_to: str) -> str:
    own_key = hmac.digest(key, PURPOSE, "sha256")
    return f"{nonce}.{hmac.digest(own_key, f'{bound_to}.{nonce}'.encode(), 'sha256').hex()}"


async def _session_of(request: Request, *, begin: bool) -> str:
    visitor = await session.visitor(request)
    if visitor.principal is not None:
        return f"session:{visitor.principal.session_id}"
    cookie = request.cookies.get(COOKIE) or getattr(request.state, COOKIE, "")
    if not cookie and begin:
        cookie = request.state.csrf = secrets.token_urlsafe(16)
        secure = "; Secure" if request.scope["scheme"] == "https" else ""
        visitor.cookies.append(f"{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax{secure}")
    return f"cookie:{cookie}" if cookie else ""
