"""The relay entry: publishes what the outbox holds, runs the service's reminders and its sweep.

It is invoked after a commit ({}), by reminders (SQS), by a schedule, and with commands from the command line. A plain
nudge imports neither FastAPI nor SQLAlchemy.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from shopkit import context, runtime
from shopkit.db.forgetting import Kept, forget
from shopkit.events import publishing
from shopkit.events.messages import Message, handle_each
from shopkit.observability import logger

Reminder = Callable[[dict[str, Any]], Awaitable[None]]
"""Given the data that `remind` was. It may come twice, and for what was never committed."""
Sweep = Callable[[], Awaitable[dict[str, Any] | None]]
"""Finds and finishes what every other guard has missed; may tell what it found."""
Command = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class UnknownCommand(ValueError):
    def __init__(self, name: str) -> None:
        super().__init__(f"This service knows no command {name!r}.")


def relay(
    *,
    reminders: Mapping[str, Reminder] | None = None,
    sweep: Sweep | None = None,
    commands: Mapping[str, Command] | None = None,
    kept: Sequence[Kept] = (),
) -> runtime.Handler:
    """The handler of a service's relay function; it answers what it has done, in numbers.

    Reminders that fail are told to SQS, which brings them again. A failing sweep fails the invocation, but only after
    what is pending was published. After a sweep, facts that were published long ago are removed, and what else is
    `kept` for its time. Raises UnknownCommand.
    """
    relaying = _Relay(reminders or {}, sweep, commands or {}, [publishing.PUBLISHED, *kept])

    def handle(event: runtime.Event, lambda_context: Any) -> dict[str, Any]:
        return runtime.run(relaying.serve(event, lambda_context))

    return handle


@dataclass(frozen=True, slots=True)
class _Relay:
    reminders: Mapping[str, Reminder]
    sweep: Sweep | None
    commands: Mapping[str, Command]
    kept: Sequence[Kept]

    async def serve(self, event: runtime.Event, lambda_context: Any) -> dict[str, Any]:
        deadline = context.deadline_of(lambda_context)
        with context.on_behalf_of(lambda_context.aws_request_id, deadline=deadline):
            if "command" in event:
                return await self._command(event)
            if "Records" in event:
                return await self._remind(event["Records"], deadline - publishing.ENOUGH_FOR_A_ROUND)
            if event.get("detail-type") == "Scheduled Event":
                return await self._sweep(event, deadline - publishing.ENOUGH_FOR_A_ROUND)
            return await publishing.publish_pending()

    async def _command(self, event: runtime.Event) -> dict[str, Any]:
        if event["command"] not in self.commands:
            raise UnknownCommand(event["command"])
        return await self.commands[event["command"]](event)

    async def _remind(self, messages: list[Message], deadline: float) -> dict[str, Any]:
        answer = await handle_each(messages, partial(self._run_reminder, deadline), deadline=deadline)
        await publishing.publish_pending()
        return answer

    async def _run_reminder(self, deadline: float, message: Message) -> None:
        data = json.loads(message["body"])
        name, correlation_id = data.pop("reminder"), data.pop("correlation_id")
        if name == publishing.OUTBOX:
            return
        logger.info("reminded", extra={"reminder": name, "correlation_id": correlation_id})
        with context.on_behalf_of(correlation_id, deadline=deadline):
            await self.reminders[name](data)

    async def _sweep(self, event: runtime.Event, deadline: float) -> dict[str, Any]:
        counts: dict[str, Any] = {}
        if since := (event.get("detail") or {}).get("republish_since"):
            counts["pending_again"] = await publishing.publish_again(datetime.fromisoformat(since))
        try:
            if self.sweep is not None:
                with context.on_behalf_of(context.correlation_id(), deadline=deadline) as request:
                    async with asyncio.timeout(request.seconds_left()):
                        counts |= await self.sweep() or {}
        finally:
            counts |= await publishing.publish_pending()
        return counts | {"forgotten": sum([await forget(each) for each in self.kept])}
