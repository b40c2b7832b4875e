"""The catalog's JSON as HTTP answers."""

from starlette.responses import Response

from shopkit.web.etags import etag, is_unchanged

JSON = "application/json"


def plain(body: str, status: int = 200) -> Response:
    """JSON that no cache may keep."""
    return Response(body, status, {"Cache-Control": "no-store"}, media_type=JSON)


def listed(members: str) -> Response:
    """A list, of its JSON members."""
    return plain(f"{{{members}}}")


def tagged(body: str, status: int = 200, **headers: str) -> Response:
    """A representation with its entity tag, which a cache must check before each use."""
    return Response(body, status, {**_validators(etag(body)), **headers}, media_type=JSON)


def fresh(body: str, if_none_match: str | None) -> Response:
    """A representation, or 304 to who has it already (RFC 9110 §13.1.2)."""
    if is_unchanged(if_none_match, tag := etag(body)):
        return Response(status_code=304, headers=_validators(tag))
    return tagged(body)


def _validators(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "no-cache"}
