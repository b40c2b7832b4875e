"""The outbox: a fact is written in the transaction of the change that it tells of, and published afterwards.

(Chris Richardson, "Transactional outbox".) What may be lost in between, the nudge of the relay, is guarded by a
reminder that is sent before the commit, and by the sweep (docs/decisions).
"""

import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from shopkit import context, settings
from shopkit.aws.functions import invoke_as_event
from shopkit.db.session import after_commit
from shopkit.events.facts import Fact
from shopkit.events.reminders import remind
from shopkit.observability import logger

if TYPE_CHECKING:
    from sqlalchemy import MetaData, Table
    from sqlalchemy.ext.asyncio import AsyncSession

REMINDED_FOR = 30.0
"""Seconds for which one reminder covers the commits that follow it: it comes 60 s after it was sent."""
REMINDER_DELAY = timedelta(seconds=60)
PAUSE_AFTER_FAILURE = 5.0
"""Seconds for which nobody waits for SQS again after it has failed."""
NUDGE_SECONDS = 1.0
NUDGED = "relay_nudged"

_covered_until = 0.0


def outbox_table(metadata: "MetaData") -> "Table":
    """The outbox among a service's tables, for its models.py."""
    import sqlalchemy as sa
    from sqlalchemy.dialects.postgresql import JSONB

    return sa.Table(
        "outbox",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("status", sa.Text, server_default="pending", nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("status IN ('pending', 'published')", name="status"),
        sa.Index("ix_outbox_pending", "position", postgresql_where=sa.text("status = 'pending'")),
        sa.Index("ix_outbox_published", "published_at", postgresql_where=sa.text("status = 'published'")),
    )


def inbox_table(metadata: "MetaData") -> "Table":
    """The inbox among a consumer's tables, for its models.py."""
    from sqlalchemy import Column, DateTime, Table, Text, Uuid, func

    return Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("type", Text, nullable=False),
        Column("received_at", DateTime(timezone=True), server_default=func.now(), nullable=False, index=True),
    )


async def publish(uow: "AsyncSession", fact: Fact, *, version: int) -> None:
    """Write a fact into the outbox, in the unit of work of the change; the relay is nudged after the commit.

    `version` is that of the thing it happened to.
    """
    from sqlalchemy import text

    await will_publish(uow)
    await uow.execute(
        text(
            "INSERT INTO outbox (type, version, correlation_id, data)"
            " VALUES (:type, :version, :correlation_id, CAST(:data AS jsonb))"
        ),
        {
            "type": fact.type,
            "version": version,
            "correlation_id": context.correlation_id(),
            "data": json.dumps(fact.model_dump(mode="json")),
        },
    )


async def will_publish(uow: "AsyncSession | None" = None) -> None:
    """Guard what is about to be written into the outbox; for those who write it with SQL of their own.

    Without a unit of work, the caller nudges the relay itself once the statement has happened.
    """
    await _guard()
    if uow is not None and NUDGED not in uow.info:
        uow.info[NUDGED] = True
        after_commit(uow, nudge)


async def nudge() -> None:
    """Have the relay publish now. A nudge that is lost is only logged: the reminder comes, and the sweep."""
    url = settings.optional("RELAY_URL")
    if not url:
        return
    try:
        seconds = context.seconds_left(NUDGE_SECONDS)
        await invoke_as_event(url.removeprefix("lambda://"), b"{}", seconds=seconds)
    except OSError as error:  # TimeoutError is one
        logger.warning("relay not nudged", extra={"error": str(error)})


async def _guard() -> None:
    """At most one reminder every 30 s: it finds all that was committed until it comes."""
    global _covered_until  # noqa: PLW0603
    now = time.monotonic()
    if now < _covered_until:
        return
    _covered_until = now + REMINDED_FOR  # before waiting, so that others do not send it too
    if not await remind("outbox", {}, after=REMINDER_DELAY):
        _covered_until = now + PAUSE_AFTER_FAILURE
