"""Cookies of the gateway's own, as lines of Set-Cookie (RFC 6265 §4.1)."""

from datetime import timedelta

from starlette.requests import Request


def line(request: Request, name: str, value: str, *, lifetime: timedelta | None = None) -> str:
    """Gives the browser a cookie, until it is closed or for a lifetime; over https it never goes back in the clear."""
    kept = "" if lifetime is None else f"; Max-Age={lifetime // timedelta(seconds=1)}"
    secure = "; Secure" if request.scope["scheme"] == "https" else ""
    return f"{name}={value}{kept}; Path=/; HttpOnly; SameSite=Lax{secure}"


def forgotten(name: str) -> str:
    """Takes the cookie away."""
    return f"{name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"
