"""The key that the provider signs its webhooks with."""

import time

from payments import settings
from shopkit.aws.secrets import get_secret

FRESH_FOR = 300.0
"""Seconds after which it is read again, so that it can be changed."""

_kept: dict[str, tuple[float, str]] = {}


async def webhook_secret() -> str:
    """The key as it was at most FRESH_FOR seconds ago. Raises Unavailable where Secrets Manager does not give it."""
    if plain := settings.webhook_secret():
        return plain
    arn, now = settings.webhook_secret_arn(), time.monotonic()
    read_at, secret = _kept.get(arn, (0.0, ""))
    if not secret or now - read_at > FRESH_FOR:
        secret = await get_secret(arn)
        _kept[arn] = now, secret
    return secret
