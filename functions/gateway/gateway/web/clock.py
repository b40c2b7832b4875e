"""Times as people read them, always in UTC: nobody tells us where a visitor is."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """`iso` is for machines (HTML's datetime attribute), `words` for people."""

    iso: str
    words: str
    time: datetime

    def is_past(self, now: datetime) -> bool:
        return self.time <= now

    def seen_from(self, now: datetime) -> str:
        """In as few words as somebody needs who knows what day it is."""
        return f"{self.time:%H:%M} UTC" if self.time.date() == now.date() else self.words


def moment(text: str) -> Moment:
    """The moment that an RFC 3339 time names."""
    time = datetime.fromisoformat(text).astimezone(UTC)
    return Moment(time.isoformat(timespec="seconds"), f"{time.day} {time:%B %Y, %H:%M} UTC", time)


def now() -> datetime:
    return datetime.now(UTC)
