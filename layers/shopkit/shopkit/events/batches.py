"""How pending events are put together into requests to EventBridge."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from shopkit.aws.event_bus import LARGEST_REQUEST, MOST_ENTRIES, Entry

TRIES_TOGETHER = 2
"""An event that has failed more often travels alone, for it may be what EventBridge refuses the others for."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A row of the outbox on its way; `attempts` counts this one."""

    id: UUID
    attempts: int
    entry: Entry

    @property
    def is_suspect(self) -> bool:
        return self.attempts > TRIES_TOGETHER or self.entry.size > LARGEST_REQUEST


def batches(pending: Iterable[Outgoing]) -> Iterator[list[Outgoing]]:
    """The events in their order, in requests within EventBridge's limits; a suspect is one by itself."""
    batch: list[Outgoing] = []
    for outgoing in pending:
        if batch and (outgoing.is_suspect or not _fits(batch, outgoing)):
            yield batch
            batch = []
        batch.append(outgoing)
        if outgoing.is_suspect:
            yield batch
            batch = []
    if batch:
        yield batch


def _fits(batch: list[Outgoing], another: Outgoing) -> bool:
    size = sum(each.entry.size for each in batch) + another.entry.size
    return len(batch) < MOST_ENTRIES and size <= LARGEST_REQUEST
