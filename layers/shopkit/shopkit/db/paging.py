"""Keyset pages: a cursor names the last row seen by its sort values, so that depth costs nothing."""

import base64
import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query

from shopkit.errors import InvalidRequest

LONGEST_CURSOR = 1500
"""Room for 200 characters of four bytes each, in base64, and what stands beside them."""

Limit = Annotated[int, Query(ge=1, le=100, description="How many at the most.")]
CursorParameter = Annotated[
    str | None, Query(max_length=LONGEST_CURSOR, description="`next_cursor` of the page before.")
]

DEFAULT_LIMIT = 24


def encode_cursor(sort: str, values: Sequence[str | int | float | None]) -> str:
    """An opaque text for the row whose sort values (the unique one last) these are."""
    packed = json.dumps([sort, *values], separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode_cursor(cursor: str, sort: str, size: int) -> list[Any]:
    """The `size` sort values in a cursor that was made for this sort. Raises InvalidRequest."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        decoded: list[Any] = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        made_for, values = decoded[0], decoded[1:]
    except (ValueError, TypeError, LookupError) as error:
        raise broken_cursor() from error
    if made_for != sort or len(values) != size or not all(isinstance(v, str | int | float | None) for v in values):
        raise broken_cursor()
    return values


def broken_cursor() -> InvalidRequest:
    return InvalidRequest("This cursor does not belong to this list.", field="cursor", where="query")
