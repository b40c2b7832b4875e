"""What happens after the emulated AWS lost its queues: every scheduled function is asked to publish again.

AWS keeps what it accepted; moto forgets it whenever it ends. So its start times are remembered here, and functions get
their "Scheduled Event" at once, with `{"republish_since": <when the moto that forgot was started>}` as its detail,
again and again until they succeed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from localcloud.lambdas import Pool, TooManyRequestsError
from localcloud.schedules import scheduled_event
from localcloud.stack import Schedule
from localcloud.state import read_json, write_json

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds before functions that failed are asked again


class Forgotten:
    """Since when what was published may be lost; in a file, for republishing may take more than one life of ours."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._starts = 0
        self._changed = asyncio.Event()

    def note_start(self, at: datetime) -> None:
        """AWS's APIs were started at this time, with empty queues."""
        before = read_json(self._file, {})
        lost_since = before.get("lost_since") or before.get("started_at")
        write_json(self._file, {"started_at": at.isoformat(), "lost_since": lost_since})
        self._starts += 1
        self._changed.set()

    async def wait(self) -> tuple[int, str]:
        """Wait until something is lost; answers the number of the start after which it was, and since when."""
        while not (lost_since := read_json(self._file, {}).get("lost_since")):
            self._changed.clear()
            await self._changed.wait()
        return self._starts, lost_since

    def settle(self, start: int) -> None:
        """All was published again after this start; if there was another one meanwhile, it is lost once more."""
        if start == self._starts:
            write_json(self._file, read_json(self._file, {}) | {"lost_since": None})


async def republish(
    forgotten: Forgotten,
    schedules: Sequence[Schedule],
    pools: Mapping[str, Pool],
    region: str,
    record: Callable[..., None],
) -> None:
    """Ask whenever something was lost, for ever."""
    by_function = {schedule.function: schedule for schedule in schedules}
    while True:
        start, since = await forgotten.wait()
        unasked, pause = dict(by_function), _FIRST_PAUSE
        while unasked := {
            name: one for name, one in unasked.items() if not await _ask(one, since, pools[name], region)
        }:
            record("republishing failed", ", ".join(unasked), retried_in=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        forgotten.settle(start)


async def _ask(schedule: Schedule, since: str, pool: Pool, region: str) -> bool:
    try:
        outcome = await pool.submit(scheduled_event(schedule, region, {"republish_since": since})).outcome
    except TooManyRequestsError:
        return False
    return not outcome.is_error
