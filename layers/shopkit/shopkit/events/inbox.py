"""The inbox: the id of an event is written in the transaction of what it leads to, so that it does so once."""

from datetime import timedelta
from typing import TYPE_CHECKING

from shopkit.db.forgetting import Kept
from shopkit.events.envelope import Event

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

RECEIVED = Kept("inbox", "received_at", timedelta(days=40))
"""Longer than a message can come again: SQS keeps it for 14 days at the most, and as long among the dead letters."""


async def receive(uow: "AsyncSession", event: Event) -> bool:
    """Whether this event comes for the first time; one that comes twice at once waits for the other's outcome."""
    from sqlalchemy import text

    received = await uow.execute(
        text("INSERT INTO inbox (event_id, type) VALUES (:id, :type) ON CONFLICT DO NOTHING RETURNING event_id"),
        {"id": event.id, "type": event.type},
    )
    return received.first() is not None
