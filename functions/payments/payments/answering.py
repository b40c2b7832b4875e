"""One answer for each idempotency key, byte for byte."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

from pydantic_core import to_json
from starlette.responses import Response

from payments.errors import FINAL
from payments.schemas import Paid, Pay
from shopkit import context
from shopkit.errors import ShopError
from shopkit.idempotency import Claim, Replay, claim, finish_alone, release
from shopkit.web import problems

LONGEST_REQUEST = 30.0
"""Seconds: where nobody says how long he waits."""
PENDING = 202
FIRST_FAILURE = 400
REPLAYED = {"Idempotent-Replayed": "true"}
ASK_AGAIN = {"Retry-After": "5"}

Work = Callable[[UUID, bool], Awaitable[Paid]]
"""Pays under an id; the flag says that an earlier try with that id broke off."""


async def once(scope: str, key: str | None, body: Pay, path: str, work: Work) -> Response:
    """The answer to a payment; of those with one key the first does it, and the others are told the same.

    Raises KeyReused, StillRunning, and those failures of the work after which the next try may begin at once.
    """
    if key is None:
        return _response(*_told(await work(uuid4(), False)))
    claimed = await claim(scope, key, _fingerprint(body), lease=_lease())
    if isinstance(claimed, Replay):
        return _response(claimed.status, claimed.body, replayed=True)
    status, content = await _answer(scope, key, claimed, path, work)
    await finish_alone(scope, key, status, content)
    return _response(status, content)


async def _answer(scope: str, key: str, claimed: Claim, path: str, work: Work) -> tuple[int, bytes]:
    try:
        return _told(await work(claimed.subject, claimed.is_takeover))
    except FINAL as refusal:
        return refusal.status, bytes(problems.of_error(refusal, path).body)
    except ShopError:
        await release(scope, key)
        raise


def _told(paid: Paid) -> tuple[int, bytes]:
    return PENDING if paid.status == "pending" else 200, to_json(paid)


def _response(status: int, content: bytes, *, replayed: bool = False) -> Response:
    headers = {**(REPLAYED if replayed else {}), **(ASK_AGAIN if status == PENDING else {})}
    kind = problems.MEDIA_TYPE if status >= FIRST_FAILURE else "application/json"
    return Response(content, status, headers, media_type=kind)


def _fingerprint(body: Pay) -> str:
    return hashlib.sha256(body.model_dump_json().encode()).hexdigest()


def _lease() -> timedelta:
    """As long as this request can last, and a little more."""
    return timedelta(seconds=context.seconds_left(LONGEST_REQUEST) + 1)
