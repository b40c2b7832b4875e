"""What the relay does with the outbox: claim, publish, mark; never with a lock held while it publishes.

psycopg in autocommit, for a nudge must not wait for SQLAlchemy's imports.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shopkit import context, settings
from shopkit.aws import event_bus
from shopkit.aws.event_bus import Entry
from shopkit.db.forgetting import Kept
from shopkit.db.writing import write_all
from shopkit.events.batches import Outgoing, batches
from shopkit.events.envelope import Event
from shopkit.events.reminders import remind
from shopkit.observability import logger

OUTBOX = "outbox"
"""The reminder that only asks to publish."""
PUT_SECONDS = 5.0
ENOUGH_FOR_A_ROUND = 7.0
"""Seconds that must be left to begin another round: one PutEvents, and the statements around it."""
CLAIM = """
    WITH picked AS MATERIALIZED (
        SELECT id FROM outbox
        WHERE status = 'pending' AND (claimed_until IS NULL OR claimed_until <= now())
        ORDER BY position LIMIT 10 FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET claimed_until = now() + interval '20 seconds', attempts = attempts + 1
    FROM picked WHERE outbox.id = picked.id
    RETURNING outbox.id, position, type, version, occurred_at, correlation_id, data, attempts
"""
"""By status and under a lease: "position greater than the last" would lose what commits late."""
MARK = """
    UPDATE outbox SET status = 'published', published_at = now(), claimed_until = NULL
    WHERE id = ANY(%(ids)s) AND claimed_until IS NOT NULL
"""
"""Unless it is to be published again: then the bus has forgotten what this relay gave it."""
POSTPONE = """
    UPDATE outbox SET claimed_until = now() + least(interval '1 second' * 2 ^ least(attempts, 10), interval '5 minutes')
    WHERE id = ANY(%(ids)s) AND status = 'pending'
    RETURNING extract(epoch FROM claimed_until - now())::float AS seconds
"""
PUBLISH_AGAIN = """
    UPDATE outbox SET status = 'pending', claimed_until = NULL, published_at = NULL
    WHERE (status = 'published' AND published_at >= %(since)s) OR (status = 'pending' AND claimed_until IS NOT NULL)
    RETURNING id
"""
PUBLISHED = Kept("outbox", "published_at", timedelta(days=7), "status = 'published'")


@dataclass(slots=True)
class Tally:
    """What became of the events; `pause` is after how many seconds to look again, None where there is no need."""

    published: int = 0
    failed: int = 0
    pause: float | None = None

    def add(self, published: int, pauses: list[float]) -> None:
        self.published += published
        self.failed += len(pauses)
        if pauses:
            self.pause = min(pauses) if self.pause is None else min(self.pause, *pauses)


async def publish_pending() -> dict[str, int]:
    """Publish until nothing is pending, nothing succeeds, or time is nearly over; how many were, and how many failed.

    A reminder is sent for what stays. Without EVENT_BUS it stays. Raises DatabaseUnavailable.
    """
    tally, bus = Tally(), settings.optional("EVENT_BUS")
    while bus and context.seconds_left(ENOUGH_FOR_A_ROUND) == ENOUGH_FOR_A_ROUND:
        pending = await _claim()
        if not pending:
            break
        published = await _publish(bus, pending)
        tally.add(len(published), await _settle(pending, published))
        if not published:
            break
    else:
        tally.pause = 0 if bus else None
    if tally.pause is not None:
        await remind(OUTBOX, {}, after=timedelta(seconds=tally.pause))
    counts = {"published": tally.published, "failed": tally.failed}
    logger.info("relayed", extra=counts)
    return counts


async def publish_again(since: datetime) -> int:
    """Make pending what was published since then, and what waits after a failure; how many they are.

    For a bus that has forgotten what it was given. Raises DatabaseUnavailable.
    """
    return len(await write_all(PUBLISH_AGAIN, {"since": since}))


async def _claim() -> list[Outgoing]:
    rows = await write_all(CLAIM)
    return [_outgoing(row) for row in sorted(rows, key=lambda row: row["position"])]


def _outgoing(row: dict[str, Any]) -> Outgoing:
    event = Event(
        id=row["id"],
        type=row["type"],
        version=row["version"],
        source=settings.required("POWERTOOLS_SERVICE_NAME"),
        time=row["occurred_at"],
        correlation_id=row["correlation_id"],
        data=row["data"],
    )
    return Outgoing(event.id, row["attempts"], Entry(event.source, event.type, event.to_json()))


async def _publish(bus: str, pending: list[Outgoing]) -> list[UUID]:
    """The ids of those that the bus has taken for certain."""
    taken: list[UUID] = []
    for batch in batches(pending):
        try:
            entries = [each.entry for each in batch]
            failures = await event_bus.put(bus, entries, seconds=context.seconds_left(PUT_SECONDS))
        except OSError as error:  # TimeoutError is one
            logger.warning("bus unavailable", extra={"error": str(error)})
            break
        for outgoing, failure in zip(batch, failures, strict=True):
            if failure:
                facts = {"event_id": str(outgoing.id), "attempts": outgoing.attempts, "error": failure}
                logger.error("not published", extra=facts)
            else:
                taken.append(outgoing.id)
    return taken


async def _settle(pending: list[Outgoing], published: list[UUID]) -> list[float]:
    """Mark what was published; for how many seconds each of the others waits."""
    await write_all(MARK, {"ids": published})
    left = [each.id for each in pending if each.id not in published]
    return [row["seconds"] for row in await write_all(POSTPONE, {"ids": left})] if left else []
