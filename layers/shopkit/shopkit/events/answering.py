"""An SQS queue of events, each answered in turn; how, its type decides."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from shopkit import context, runtime
from shopkit.events.envelope import Event, event_in
from shopkit.events.messages import Message, handle_each
from shopkit.observability import logger

Answer = Callable[[Event], Awaitable[str]]
"""Does what an event calls for, and bears to be asked again; what became of it, in a word for the log."""
Answers = Mapping[str, Answer]
"""By type of event."""
Afterwards = Callable[[], Awaitable[None]]


def answering(answers: Answers, *, afterwards: Afterwards | None = None) -> runtime.Handler:
    """A handler of a queue's batches, which tells SQS what has failed and must come again.

    What fails does so alone, and so does what is not reached half a second before the function's time is up. Events
    that nobody answers are dropped. `afterwards` runs after each batch; what it does must bear to be lost.
    """

    async def answer_all(messages: list[Message], deadline: float) -> dict[str, Any]:
        answer = await handle_each(messages, partial(_answer, answers, deadline), deadline=deadline)
        if afterwards is not None:
            await _do_afterwards(afterwards, deadline)
        return answer

    def handle(batch: runtime.Event, lambda_context: Any) -> dict[str, Any]:
        return runtime.run(answer_all(batch.get("Records", []), context.deadline_of(lambda_context)))

    return handle


async def _answer(answers: Answers, deadline: float, message: Message) -> None:
    event = event_in(message["body"])
    if event.type not in answers:
        logger.warning("nobody reacts", extra={"event_type": event.type, "event_id": str(event.id)})
        return
    started, outcome = time.perf_counter(), "failed"
    try:
        with context.on_behalf_of(event.correlation_id, deadline=deadline):
            outcome = await answers[event.type](event)
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


async def _do_afterwards(afterwards: Afterwards, deadline: float) -> None:
    try:
        with context.on_behalf_of("", deadline=deadline) as request:
            async with asyncio.timeout(request.seconds_left()):
                await afterwards()
    except Exception:  # noqa: BLE001  # the events are consumed, whatever it was
        logger.exception("not done after the batch")
