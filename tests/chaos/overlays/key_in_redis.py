"""Keeps keys in Redis, in no transaction with what they stand for, and for as long as Redis has room."""

import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any
from uuid import uuid4

from planting import when_imported

REDIS_URL = Path(__file__).with_name("redis-url")
PREFIX = "idempotency:"


@when_imported("shopkit.idempotency")
def keep_in_redis(idempotency: Any) -> None:
    from redis.asyncio import Redis

    async def claim(scope: str, key: str, fingerprint: str, **_more: Any) -> Any:
        async with Redis.from_url(REDIS_URL.read_text()) as redis:
            if await redis.set(f"{PREFIX}{scope} {key}", "", nx=True):
                return idempotency.Claim(uuid4(), is_takeover=False)
            kept = await redis.get(f"{PREFIX}{scope} {key}")
        if not kept:
            raise idempotency.StillRunning
        status, body = json.loads(kept)
        return idempotency.Replay(status, b64decode(body))

    async def finish(_uow: Any, scope: str, key: str, status: int, body: bytes) -> None:
        async with Redis.from_url(REDIS_URL.read_text()) as redis:
            await redis.set(f"{PREFIX}{scope} {key}", json.dumps([status, b64encode(body).decode()]))

    idempotency.claim, idempotency.finish = claim, finish
