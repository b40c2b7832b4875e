"""Previous and next page of a list whose cursors only lead on: the way back stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

PARAMETERS = ("cursor", "trail")
FIRST = "first"
"""Stands in a trail for the page that needs no cursor; a cursor is longer."""
LONGEST_TRAIL = 30
"""Pages that can be gone back; addresses have limits."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Addresses of the pages before and after; empty where there is none."""

    previous: str
    following: str


def neighbours(path: str, query: Mapping[str, str], next_cursor: str | None) -> Neighbours:
    """The pages around the one that `query` asked for; `trail` in it names the cursors of those before it."""
    here, trail = query.get("cursor", ""), query.get("trail", "").split()
    *before, last = trail or [FIRST]
    return Neighbours(
        previous=_address(path, query, last, before) if here else "",
        following=_address(path, query, next_cursor, [*trail, here or FIRST]) if next_cursor else "",
    )


def first_page(path: str, query: Mapping[str, str]) -> str:
    """The address at which this list begins."""
    return _address(path, query, FIRST, [])


def _address(path: str, query: Mapping[str, str], cursor: str, trail: list[str]) -> str:
    kept = {name: value for name, value in query.items() if value and name not in PARAMETERS}
    if cursor != FIRST:
        kept |= {"cursor": cursor, "trail": " ".join(trail[-LONGEST_TRAIL:])}
    return f"{path}?{urlencode(kept)}" if kept else path
