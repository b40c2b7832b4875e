"""An event as it travels: the fact and what everybody must know of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID


class NotAnEvent(ValueError):
    """A message that nobody's relay has sent."""

    def __init__(self) -> None:
        super().__init__("The message is not an event of the shop.")


@dataclass(frozen=True, slots=True)
class Event:
    """`version` is that of the thing it happened to, and grows with each of its changes: queues keep no order."""

    id: UUID
    type: str
    version: int
    source: str
    time: datetime
    correlation_id: str
    data: dict[str, Any]

    def to_json(self) -> str:
        """The envelope as a JSON object; the time in UTC (RFC 3339)."""
        return json.dumps(
            {
                "id": str(self.id),
                "type": self.type,
                "version": self.version,
                "source": self.source,
                "time": self.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                "correlation_id": self.correlation_id,
                "data": self.data,
            }
        )


def event_in(body: str) -> Event:
    """The event in a message that EventBridge has put into a queue. Raises NotAnEvent."""
    try:
        return _event_of(json.loads(body)["detail"])
    except (ValueError, TypeError, LookupError) as error:
        raise NotAnEvent from error


def _event_of(detail: Mapping[str, Any]) -> Event:
    return Event(
        id=UUID(detail["id"]),
        type=_checked(detail["type"], str),
        version=_checked(detail["version"], int),
        source=_checked(detail["source"], str),
        time=datetime.fromisoformat(detail["time"]),
        correlation_id=_checked(detail["correlation_id"], str),
        data=_checked(detail["data"], dict),
    )


def _checked(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError
    return value
