"""Previous and next page of a list whose cursors only lead on: the way back stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

PARAMETERS = ("cursor", "trail")
FIRST = "first"
"""Stands in a trail for the page that needs no cursor; a cursor is longer."""
LONGEST_TRAIL = 2_000
"""Characters: some twenty pages that can be gone back. A request comes with two addresses, its own and the one of the
page that led to it (Referer), and API Gateway takes 10,240 bytes of them and all headers."""


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
        kept |= {"cursor": cursor, "trail": _shortened(" ".join(trail))}
    return f"{path}?{urlencode(kept)}" if kept else path


def _shortened(trail: str) -> str:
    """Its last cursors, all of them whole."""
    return trail if len(trail) <= LONGEST_TRAIL else trail[-LONGEST_TRAIL - 1 :].partition(" ")[2]
