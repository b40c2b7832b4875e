"""The catalog's JSON as HTTP answers."""

import json

from starlette.responses import Response

from catalog.errors import AnswerTooLarge
from shopkit.web.etags import etag, is_unchanged

JSON = "application/json"

LARGEST = 6 * 1024 * 1024 - 16 * 1024
"""Bytes of a body as it travels: a text within the JSON that a Lambda function answers, of 6 MB with its headers."""
LARGEST_CHARACTER = 12
"""Bytes of one as JSON escapes it: two surrogates."""


def fitting(body: str) -> str:
    """The body. Raises AnswerTooLarge where Lambda would not let it pass."""
    if len(body) > LARGEST // LARGEST_CHARACTER and len(json.dumps(body)) > LARGEST:
        raise AnswerTooLarge
    return body


def plain(body: str, status: int = 200) -> Response:
    """JSON that no cache may keep."""
    return Response(fitting(body), status, {"Cache-Control": "no-store"}, media_type=JSON)


def listed(members: str) -> Response:
    """A list, of its JSON members."""
    return plain(f"{{{members}}}")


def tagged(body: str, status: int = 200, **headers: str) -> Response:
    """A representation with its entity tag, which a cache must check before each use."""
    return Response(fitting(body), status, {**_validators(etag(body)), **headers}, media_type=JSON)


def fresh(body: str, if_none_match: str | None) -> Response:
    """A representation, or 304 to who has it already (RFC 9110 §13.1.2)."""
    if is_unchanged(if_none_match, tag := etag(body)):
        return Response(status_code=304, headers=_validators(tag))
    return tagged(body)


def _validators(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "no-cache"}
