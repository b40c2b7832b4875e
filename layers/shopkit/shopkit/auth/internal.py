"""The tokens with which one service proves to another that it is one: 60 s, from a ring of their own."""

import time
from datetime import timedelta

from shopkit.auth import tokens
from shopkit.auth.keyring import internal_keys

HEADER = "x-internal-token"
LIFETIME = timedelta(seconds=60)
REUSED_FOR = 30.0
"""Seconds for which a token serves several calls; what is left of its life covers the call itself."""

_made: dict[tuple[str, str], tuple[float, str]] = {}


async def token_for(caller: str, callee: str) -> str:
    """A token that `caller` shows to `callee`."""
    made_at, token = _made.get((caller, callee), (0.0, ""))
    now = time.monotonic()
    if not token or now - made_at > REUSED_FOR:
        token = await tokens.sign(internal_keys, {"iss": caller, "aud": callee}, lifetime=LIFETIME)
        _made[caller, callee] = now, token
    return token
