"""The last messages that functions were given, for whoever wants to see the flow."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from localcloud.stack import EventSource

_KEPT = 500


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message's way into a function: `type` is an EventBridge event's, `attempt` counts from one."""

    number: int
    time: str
    queue: str
    function: str
    message_id: str
    type: str | None
    correlation_id: str | None
    outcome: str
    attempt: int
    ms: float


class Journal:
    """Deliveries in the order in which they ended, numbered from one."""

    def __init__(self) -> None:
        self._deliveries: deque[Delivery] = deque(maxlen=_KEPT)
        self._count = 0

    def note(self, source: EventSource, message: Mapping[str, Any], outcome: str, seconds: float) -> None:
        self._count += 1
        body = _object(message["Body"])
        delivery = Delivery(
            number=self._count,
            time=datetime.now(UTC).isoformat(timespec="milliseconds"),
            queue=source.queue,
            function=source.function,
            message_id=message["MessageId"],
            type=_text(body.get("detail-type")),
            correlation_id=_correlation_id(body),
            outcome=outcome,
            attempt=int(message["Attributes"]["ApproximateReceiveCount"]),
            ms=round(seconds * 1000, 1),
        )
        self._deliveries.append(delivery)

    def recent(self) -> list[dict[str, Any]]:
        """The oldest first."""
        return [asdict(delivery) for delivery in self._deliveries]


def _object(text: str) -> dict[str, Any]:
    """What publishers agree on; anybody may put anything into a queue."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _correlation_id(body: Mapping[str, Any]) -> str | None:
    """Where publishers put it by custom: into the message, or into the detail of an event."""
    detail = body.get("detail")
    place = detail if isinstance(detail, dict) else body
    return _text(place.get("correlation_id"))


def _text(value: Any) -> str | None:
    return str(value) if value else None
