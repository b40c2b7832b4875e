"""EventBridge: one call, PutEvents."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from shopkit.aws.api import RefusedByAws, error_code, kept_api

MOST_ENTRIES = 10
LARGEST_REQUEST = 256 * 1024
"""EventBridge's limits of one PutEvents: entries, and bytes of all of them together."""
TOO_LARGE = "RequestTooLarge"
TIME_STAMP = 14
"""Bytes that EventBridge counts for an entry's time."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`detail` is a JSON object."""

    source: str
    detail_type: str
    detail: str

    @property
    def size(self) -> int:
        """Bytes, as EventBridge counts them."""
        return TIME_STAMP + sum(len(part.encode()) for part in (self.source, self.detail_type, self.detail))


async def put(bus: str, entries: Sequence[Entry], *, seconds: float) -> list[str]:
    """Put events on a bus; for each of them the code of its failure, empty where there was none.

    Raises OSError (TimeoutError among them) where EventBridge does not answer: then nobody can tell what it took.
    """
    if sum(each.size for each in entries) > LARGEST_REQUEST:
        return [TOO_LARGE] * len(entries)
    sent = [
        {"EventBusName": bus, "Source": each.source, "DetailType": each.detail_type, "Detail": each.detail}
        for each in entries
    ]
    answer = await kept_api("events", "AWS_ENDPOINT_URL_EVENTBRIDGE").call(
        "AWSEvents.PutEvents", {"Entries": sent}, version="1.1", seconds=seconds
    )
    if answer.status >= 500:  # noqa: PLR2004
        raise RefusedByAws("EventBridge", answer)
    if answer.status != 200:  # noqa: PLR2004
        return [error_code(answer) or "Refused"] * len(entries)
    return [each.get("ErrorCode") or "" for each in json.loads(answer.body)["Entries"]]
