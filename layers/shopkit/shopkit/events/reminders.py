"""Messages that a service sends itself, to be received later: what must happen even if nobody comes back."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from shopkit import context, settings
from shopkit.aws import queues
from shopkit.observability import logger

SECONDS = 1.0
"""How long a request may wait for SQS: the sweep, every 15 minutes, finds what was not reminded of."""


async def remind(name: str, data: Mapping[str, Any], *, after: timedelta) -> bool:
    """Have the relay entry run its reminder `name` with `data`, `after` some time; False where SQS did not take it.

    15 minutes is the longest that SQS waits: for later, the reminder comes then, and must remind again. It may also
    come twice, and comes whether the work that it was sent for was committed or not: send it before the commit.
    Without REMINDERS_URL there are none.
    """
    queue_url = settings.optional("REMINDERS_URL")
    if not queue_url:
        return False
    message = {**data, "reminder": name, "correlation_id": context.correlation_id()}
    seconds = context.seconds_left(SECONDS)
    try:
        await queues.send(queue_url, json.dumps(message), delay=min(after, queues.LONGEST_DELAY), seconds=seconds)
    except OSError as error:  # TimeoutError is one
        logger.warning("reminder not sent", extra={"reminder": name, "error": str(error)})
        return False
    return True
