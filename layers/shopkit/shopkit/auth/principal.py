"""The signed-in person, as a type that an endpoint asks for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request

from shopkit.auth import tokens
from shopkit.auth.keyring import shopper_keys
from shopkit.errors import Forbidden, Unauthenticated

ISSUER = "serverless-shop"
AUDIENCE = "serverless-shop"
LIFETIME = timedelta(minutes=15)
COOKIE = "access_token"


class Role(StrEnum):
    user = "user"
    admin = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """`session_id` is the sign-in that the token came from."""

    id: str
    role: Role
    session_id: str

    @property
    def is_admin(self) -> bool:
        return self.role is Role.admin


async def issue(principal: Principal) -> str:
    """An access token for 15 minutes."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": principal.id,
        "role": principal.role,
        "sid": principal.session_id,
    }
    return await tokens.sign(shopper_keys, claims, lifetime=LIFETIME)


async def read(token: str) -> Principal:
    """Whom an access token names. Raises tokens.InvalidToken."""
    claims = await tokens.verify(shopper_keys, token, issuer=ISSUER, audience=AUDIENCE, required=["sub", "role", "sid"])
    try:
        return Principal(claims["sub"], Role(claims["role"]), claims["sid"])
    except ValueError as error:
        raise tokens.InvalidToken from error


def bearer_token(authorization: str | None) -> str | None:
    """The token of an `Authorization: Bearer` header (RFC 6750 §2.1)."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


async def principal(request: Request) -> Principal | None:
    """Who asks, by Bearer token or by cookie.

    A bad Bearer token is refused (401); a bad or old cookie is as good as none, since browsers send it unasked.
    """
    if token := bearer_token(request.headers.get("authorization")):
        try:
            return await read(token)
        except tokens.InvalidToken as error:
            raise Unauthenticated("The access token is not valid, or no longer.") from error
    if cookie := request.cookies.get(COOKIE):
        try:
            return await read(cookie)
        except tokens.InvalidToken:
            return None
    return None


def require(role: Role) -> Callable[..., Awaitable[Principal]]:
    """A dependency that lets only principals of that role in (administrators everywhere): else 401 or 403."""

    async def allowed(who: Annotated[Principal | None, Depends(principal)]) -> Principal:
        if who is None:
            raise Unauthenticated
        if role is Role.admin and not who.is_admin:
            raise Forbidden
        return who

    return allowed


Anyone = Annotated[Principal | None, Depends(principal)]
Shopper = Annotated[Principal, Depends(require(Role.user))]
Admin = Annotated[Principal, Depends(require(Role.admin))]
