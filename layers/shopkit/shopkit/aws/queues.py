"""SQS: one call, SendMessage."""

import math
from datetime import timedelta

from shopkit.aws.api import RefusedByAws, kept_api

LONGEST_DELAY = timedelta(seconds=900)
"""SQS's limit of a message's delay."""


async def send(queue_url: str, body: str, *, delay: timedelta = timedelta(0), seconds: float) -> None:
    """Put a message into a queue, where it can be received after `delay`.

    `delay` may be 15 minutes at the most. Raises OSError (TimeoutError among them) where SQS does not take it.
    """
    answer = await kept_api("sqs", "AWS_ENDPOINT_URL_SQS").call(
        "AmazonSQS.SendMessage",
        {"QueueUrl": queue_url, "MessageBody": body, "DelaySeconds": math.ceil(delay.total_seconds())},
        version="1.0",
        seconds=seconds,
    )
    if answer.status != 200:  # noqa: PLR2004
        raise RefusedByAws("SQS", answer)
