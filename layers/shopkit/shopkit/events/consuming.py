"""An SQS queue of events, consumed: each event in a unit of work of its own, together with its inbox row."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from shopkit import runtime
from shopkit.db.session import work
from shopkit.events import inbox
from shopkit.events.answering import answering
from shopkit.events.envelope import Event

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession
else:
    AsyncSession = Any  # SQLAlchemy comes with the first unit of work

Reaction = Callable[[AsyncSession, Event], Awaitable[None]]
"""Changes the consumer's own data, in the unit of work that it is given; it calls no other service."""
Reactions = Mapping[str, Reaction]
"""By type of event."""


def consumer(reactions: Reactions) -> runtime.Handler:
    """A handler of a queue's batches, as `answering` makes it, whose reactions happen once."""
    return answering({event_type: partial(_once, reaction) for event_type, reaction in reactions.items()})


async def _once(reaction: Reaction, event: Event) -> str:
    async with work() as uow:
        if not await inbox.receive(uow, event):
            return "repeated"
        await reaction(uow, event)
    return "done"
