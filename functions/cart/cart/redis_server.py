"""The kept connection to Redis, or to whatever else speaks its protocol."""

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from cart import settings
from cart.errors import CartUnavailable
from shopkit.observability import logger

SECONDS = 2.0
"""For connecting, and for an answer."""

_client: Redis | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """Lua that the server runs as one step, on one key: a cluster can tell where it belongs."""

    source: str
    sha: str

    @classmethod
    def of(cls, source: str) -> "Script":
        return cls(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())


async def run(script: Script, key: str, *arguments: str | int) -> Any:
    """What the script answers. Raises CartUnavailable; whether it has run is then unknown."""
    with _or_unavailable():
        await _notice_the_past()
        try:
            return await _kept().evalsha(script.sha, 1, key, *arguments)
        except NoScriptError:  # the server has started anew, or has never seen it
            return await _kept().eval(script.source, 1, key, *arguments)


async def read(key: str) -> dict[str, str]:
    """The hash of that key, empty where there is none. Raises CartUnavailable."""
    with _or_unavailable():
        await _notice_the_past()
        fields: Any = await _kept().hgetall(key)
        return dict(fields)


async def answers() -> None:
    """Raises CartUnavailable where it does not."""
    with _or_unavailable():
        await _notice_the_past()
        await _kept().ping()


async def close() -> None:
    """Give the connections back; what comes next makes new ones."""
    global _client  # noqa: PLW0603
    if _client is not None:
        await _client.aclose()
        _client = None


async def _notice_the_past() -> None:
    """Let the event loop see what happened to the connection while the function was frozen.

    It takes one turn to look at the sockets, and one to act on what it saw; a connection that ended is then replaced
    before anything is sent on it.
    """
    for _ in range(2):
        await asyncio.sleep(0)


def _kept() -> Redis:
    """A client that replaces a connection which has died while it was idle, but never sends anything twice.

    An addition whose answer was lost may have counted.
    """
    global _client  # noqa: PLW0603  # one client a process is the point
    if _client is None:
        _client = Redis.from_url(
            settings.redis_url(),
            decode_responses=True,
            protocol=2,
            socket_timeout=SECONDS,
            socket_connect_timeout=SECONDS,
            retry=Retry(NoBackoff(), 0),
            driver_info=None,
        )
    return _client


@contextmanager
def _or_unavailable() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        logger.warning("redis failed", extra={"error": repr(error)})
        raise CartUnavailable from error
