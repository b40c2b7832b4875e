"""A ring of HMAC keys: one signs, all of them verify, so that keys change without anybody being signed out."""

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from shopkit import settings
from shopkit.aws.secrets import get_secret
from shopkit.errors import Unavailable

FRESH_FOR = 300.0
"""Seconds after which a ring is read again."""
RELOAD_AT_MOST_EVERY = 10.0
"""Seconds between reads that unknown key ids cause, so that forged ones cannot make us call AWS."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """`keys` are those not yet past their `not_after`, by key id."""

    current: str
    keys: dict[str, bytes]

    @classmethod
    def parse(cls, secret: str, now: datetime) -> "KeyRing":
        """Read `{"current": kid, "keys": [{"kid", "key", "not_after"}]}`.

        CloudFormation can generate only one top-level string, so a ring that was never rotated has its key beside
        the list: `{"current": "first", "keys": [], "first": "<key>"}`.
        """
        ring = json.loads(secret)
        keys = {
            each["kid"]: each["key"].encode()
            for each in ring["keys"]
            if not each.get("not_after") or datetime.fromisoformat(each["not_after"]) > now
        }
        current = ring["current"]
        if current not in keys:
            keys[current] = ring[current].encode()
        return cls(current, keys)

    @property
    def signing_key(self) -> bytes:
        return self.keys[self.current]


class KeyRings:
    """A ring, cached. It is read from the plain setting outside AWS, else from Secrets Manager."""

    def __init__(
        self,
        plain_setting: str,
        arn_setting: str,
        *,
        read_secret: Callable[[str], Awaitable[str]] = get_secret,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._plain_setting, self._arn_setting = plain_setting, arn_setting
        self._read_secret, self._clock = read_secret, clock
        self._ring: KeyRing | None = None
        self._read_at = 0.0

    async def ring(self) -> KeyRing:
        """The ring, at most FRESH_FOR seconds old, or older while Secrets Manager does not answer.

        Raises Unavailable where there never was one.
        """
        if self._ring is None:
            return await self._read()
        if self._clock() - self._read_at > FRESH_FOR:
            try:
                return await self._read()
            except Unavailable:
                self._read_at = self._clock() - FRESH_FOR + RELOAD_AT_MOST_EVERY
        return self._ring

    async def ring_with(self, kid: str) -> KeyRing:
        """The ring, read again if it lacks `kid` and was not read just now."""
        ring = await self.ring()
        if kid not in ring.keys and self._clock() - self._read_at > RELOAD_AT_MOST_EVERY:
            return await self._read()
        return ring

    async def _read(self) -> KeyRing:
        if plain := settings.optional(self._plain_setting):
            self._ring = KeyRing("plain", {"plain": plain.encode()})
        else:
            secret = await self._read_secret(settings.required(self._arn_setting))
            self._ring = KeyRing.parse(secret, datetime.now(UTC))
        self._read_at = self._clock()
        return self._ring


shopper_keys = KeyRings("SECRET_KEY", "JWT_SECRET_ARN")
internal_keys = KeyRings("INTERNAL_SECRET", "INTERNAL_SECRET_ARN")
