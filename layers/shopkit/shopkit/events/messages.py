"""A batch of SQS messages, each handled alone (ReportBatchItemFailures).

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from shopkit.observability import logger

Message = dict[str, Any]


async def handle_each(
    messages: list[Message], handle: Callable[[Message], Awaitable[None]], *, deadline: float
) -> dict[str, Any]:
    """Handle the messages in turn; the answer with which SQS brings again those that raised or were not reached.

    `deadline` is on time.monotonic()'s clock.
    """
    failed = [message["messageId"] for message in messages if not await _is_done(message, handle, deadline)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


async def _is_done(message: Message, handle: Callable[[Message], Awaitable[None]], deadline: float) -> bool:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        return False
    try:
        async with asyncio.timeout(seconds):
            await handle(message)
    except Exception:  # noqa: BLE001  # whatever it was: SQS brings the message again, and at last to the DLQ
        logger.exception("message failed", extra={"message_id": message["messageId"]})
        return False
    return True
