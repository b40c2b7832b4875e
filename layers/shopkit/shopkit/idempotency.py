"""Idempotency keys (IETF draft "The Idempotency-Key HTTP Header Field"): one key, one result.

The row lives in the same Postgres as the work. It is claimed by a statement of its own, under a lease, so that the next
try takes over what a crash has left; the answer is written in the transaction of the result. `scope` keeps the keys of
different users and operations apart. Keys are kept for 24 hours.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from shopkit.db import reading, writing
from shopkit.db.forgetting import Kept
from shopkit.db.session import work
from shopkit.errors import Conflict, DatabaseUnavailable, ShopError
from shopkit.observability import logger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import MetaData, Table
    from sqlalchemy.ext.asyncio import AsyncSession

CLAIM = """
    INSERT INTO idempotency AS kept (scope, key, fingerprint, subject, lease_until)
    VALUES (%(scope)s, %(key)s, %(fingerprint)s, %(subject)s, now() + %(lease)s)
    ON CONFLICT (scope, key) DO UPDATE SET
        lease_until = EXCLUDED.lease_until,
        fingerprint = EXCLUDED.fingerprint,
        subject = CASE WHEN kept.created_at < now() - interval '24 hours' THEN EXCLUDED.subject ELSE kept.subject END,
        status = NULL,
        body = NULL,
        created_at = CASE WHEN kept.created_at < now() - interval '24 hours' THEN now() ELSE kept.created_at END
    WHERE kept.created_at < now() - interval '24 hours'
       OR (kept.body IS NULL AND kept.fingerprint = EXCLUDED.fingerprint
           AND coalesce(kept.lease_until <= now(), true))
    RETURNING subject, created_at < now() AS is_takeover
"""
KEPT = "SELECT fingerprint, status, body FROM idempotency WHERE scope = %(scope)s AND key = %(key)s"
FINISH = """
    UPDATE idempotency SET status = :status, body = :body, lease_until = NULL
    WHERE scope = :scope AND key = :key AND body IS NULL
    RETURNING key
"""
RELEASE = "UPDATE idempotency SET lease_until = NULL WHERE scope = %(scope)s AND key = %(key)s AND body IS NULL"
KEYS = Kept("idempotency", "created_at", timedelta(hours=24))
"""Older ones no longer count."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Go on: nobody else does. `subject` names what is made; in a takeover it is that of the first try."""

    subject: UUID
    is_takeover: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """It was done before: this is the answer, byte for byte."""

    status: int
    body: bytes


class KeyReused(ShopError):
    status, code = 422, "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request.")


class StillRunning(Conflict):
    code = "still_running"

    def __init__(self) -> None:
        super().__init__("The same request is still being worked on; ask again.")

    @property
    def headers(self) -> "Mapping[str, str]":
        return {"Retry-After": "1"}


def idempotency_table(metadata: "MetaData") -> "Table":
    """The keys among a service's tables, for its models.py."""
    from sqlalchemy import Column, DateTime, Integer, LargeBinary, Table, Text, Uuid, func

    return Table(
        "idempotency",
        metadata,
        Column("scope", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("fingerprint", Text, nullable=False),
        Column("subject", Uuid, nullable=False),
        Column("lease_until", DateTime(timezone=True)),
        Column("status", Integer),
        Column("body", LargeBinary),
        Column("created_at", DateTime(timezone=True), server_default=func.now(), nullable=False, index=True),
    )


async def claim(
    scope: str, key: str, fingerprint: str, *, lease: timedelta, subject: UUID | None = None
) -> Claim | Replay:
    """Take a key for a request of this fingerprint, for as long as the work may take; or what it led to before.

    Raises KeyReused, StillRunning, DatabaseUnavailable.
    """
    asked = {
        "scope": scope,
        "key": key,
        "fingerprint": fingerprint,
        "subject": subject or uuid4(),
        "lease": lease,
    }
    claimed = await writing.write_one(CLAIM, asked)
    if claimed is not None:
        return Claim(**claimed)
    kept = await reading.fetch_one(KEPT, asked)
    if kept is not None and kept["fingerprint"] != fingerprint:
        raise KeyReused
    if kept is None or kept["body"] is None:
        raise StillRunning
    return Replay(kept["status"], kept["body"])


async def finish(uow: "AsyncSession", scope: str, key: str, status: int, body: bytes) -> None:
    """Keep the answer, in the transaction of the result.

    Raises StillRunning where another try was quicker: then the transaction must not be committed.
    """
    from sqlalchemy import text

    finished = await uow.execute(text(FINISH), {"status": status, "body": body, "scope": scope, "key": key})
    if finished.first() is None:
        raise StillRunning


async def finish_alone(scope: str, key: str, status: int, body: bytes) -> None:
    """Keep the answer of a request that has changed nothing, such as a refusal.

    Raises StillRunning, DatabaseUnavailable.
    """
    async with work() as uow:
        await finish(uow, scope, key, status, body)


async def release(scope: str, key: str) -> None:
    """Let the next try begin at once, for this one has failed; where that fails too, it waits for the lease."""
    try:
        await writing.write_one(RELEASE, {"scope": scope, "key": key})
    except DatabaseUnavailable:
        logger.warning("key not released", extra={"scope": scope})
