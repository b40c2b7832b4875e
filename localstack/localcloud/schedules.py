"""EventBridge's schedules: functions that are invoked every so often, as an event."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from localcloud.stack import ACCOUNT, Schedule


async def keep(schedule: Schedule, region: str, invoke: Callable[[str, bytes], object]) -> None:
    """Invoke the schedule's function for ever; the first time when one period is over."""
    while True:
        await asyncio.sleep(schedule.period)
        event = schedule.event.encode() if schedule.event is not None else scheduled_event(schedule, region)
        invoke(schedule.function, event)


def scheduled_event(schedule: Schedule, region: str, detail: Mapping[str, Any] | None = None) -> bytes:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html."""
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "region": region,
        "resources": [f"arn:aws:events:{region}:{ACCOUNT}:rule/{schedule.name}"],
        "detail": dict(detail or {}),
    }
    return json.dumps(event).encode()
