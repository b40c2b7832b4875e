"""JSON Web Tokens (RFC 7519), as strictly as RFC 8725 asks: one algorithm, all claims required."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shopkit.auth.keyring import KeyRings

ALGORITHM = "HS256"


class InvalidToken(Exception):
    """The token is not one of ours, not meant for this, or too old."""


async def sign(keys: KeyRings, claims: dict[str, Any], *, lifetime: timedelta) -> str:
    """A token with these claims, `iat`, `exp` and the signing key's `kid`."""
    import jwt

    ring, now = await keys.ring(), datetime.now(UTC)
    return jwt.encode(
        {**claims, "iat": now, "exp": now + lifetime},
        ring.signing_key,
        algorithm=ALGORITHM,
        headers={"kid": ring.current},
    )


async def verify(
    keys: KeyRings, token: str, *, issuer: str | None, audience: str, required: list[str]
) -> dict[str, Any]:
    """The claims of a good token; `issuer` None leaves the issuer to the caller. Raises InvalidToken."""
    import jwt

    try:
        kid = jwt.get_unverified_header(token).get("kid")
        if not isinstance(kid, str):
            raise InvalidToken
        key = (await keys.ring_with(kid)).keys.get(kid)
        if key is None:
            raise InvalidToken
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            issuer=issuer,
            audience=audience,
            options={"require": ["iss", "aud", "iat", "exp", *required]},
        )
    except jwt.PyJWTError as error:
        raise InvalidToken from error
    return claims
