"""What happened to an order, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.web.clock import Moment, moment
from gateway.web.wording import reason, sentence

WORDS = {
    "created": "The order was placed.",
    "paid": "The payment arrived.",
    "processing": "The order is being prepared.",
    "completed": "The order was handed over.",
    "cancelled": "The order was cancelled.",
    "payment_failed": "A payment did not go through.",
    "refunded": "The money was given back.",
}
TO_SHOPPERS = {"shopper": "by you", "admin": "by the shop"}
TO_ADMINS = {"shopper": "by the shopper", "admin": "by an administrator"}
"""Who did it, by the role in which orders knows him; what happens by itself needs no name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """When what happened, who did it, and what was said of it; the last two may be empty."""

    at: Moment
    what: str
    who: str
    note: str


def timeline_of(events: list[dict[str, Any]], actors: Mapping[str, str]) -> list[Entry]:
    """The latest first."""
    return [_entry(event, actors) for event in reversed(events)]


def _entry(event: dict[str, Any], actors: Mapping[str, str]) -> Entry:
    kind: str = event["type"]
    role, _, _ = event["by"].partition(":")
    return Entry(
        at=moment(event["at"]),
        what=WORDS.get(kind) or f"{kind.replace('_', ' ').capitalize()}.",
        who=actors.get(role, ""),
        note=_note(kind, event["note"] or ""),
    )


def _note(kind: str, note: str) -> str:
    """Of a payment that failed, payments gives its reason as a code."""
    return sentence(reason(note)) if note and kind == "payment_failed" else note
