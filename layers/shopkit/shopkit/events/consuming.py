"""An SQS queue of events, consumed: each event in a unit of work of its own, together with its inbox row."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from shopkit import context, runtime
from shopkit.db.session import work
from shopkit.events import inbox
from shopkit.events.envelope import Event, event_in
from shopkit.events.messages import Message, handle_each
from shopkit.observability import logger

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession
else:
    AsyncSession = Any  # SQLAlchemy comes with the first unit of work

Reaction = Callable[[AsyncSession, Event], Awaitable[None]]
"""Changes the consumer's own data, in the unit of work that it is given; it calls no other service."""
Reactions = Mapping[str, Reaction]
"""By type of event."""
Afterwards = Callable[[], Awaitable[None]]


def consumer(reactions: Reactions, *, afterwards: Afterwards | None = None) -> runtime.Handler:
    """A handler of a queue's batches, which tells SQS what has failed and must come again.

    What fails does so alone, and so does what is not reached half a second before the function's time is up. Events
    that nobody reacts to are dropped. `afterwards` runs after each batch; what it does must bear to be lost.
    """

    async def consume(messages: list[Message], deadline: float) -> dict[str, Any]:
        answer = await handle_each(messages, partial(_consume, reactions, deadline), deadline=deadline)
        if afterwards is not None:
            await _do_afterwards(afterwards, deadline)
        return answer

    def handle(batch: runtime.Event, lambda_context: Any) -> dict[str, Any]:
        return runtime.run(consume(batch.get("Records", []), context.deadline_of(lambda_context)))

    return handle


async def _consume(reactions: Reactions, deadline: float, message: Message) -> None:
    event = event_in(message["body"])
    if event.type not in reactions:
        logger.warning("nobody reacts", extra={"event_type": event.type, "event_id": str(event.id)})
        return
    started, outcome = time.perf_counter(), "failed"
    try:
        with context.on_behalf_of(event.correlation_id, deadline=deadline):
            outcome = await _react(event, reactions[event.type])
    finally:
        facts = {
            "event_type": event.type,
            "event_id": str(event.id),
            "message_id": message["messageId"],
            "correlation_id": event.correlation_id,
            "outcome": outcome,
            "duration_ms": round((time.perf_counter() - started) * 1000, 2),
        }
        logger.info("consumed", extra=facts)


async def _react(event: Event, reaction: Reaction) -> str:
    async with work() as uow:
        if not await inbox.receive(uow, event):
            return "repeated"
        await reaction(uow, event)
    return "done"


async def _do_afterwards(afterwards: Afterwards, deadline: float) -> None:
    try:
        with context.on_behalf_of("", deadline=deadline) as request:
            async with asyncio.timeout(request.seconds_left()):
                await afterwards()
    except Exception:  # noqa: BLE001  # the events are consumed, whatever it was
        logger.exception("not done after the batch")
