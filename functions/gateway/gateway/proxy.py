"""/api: what catalog offers in public, by a fixed table; bytes pass through untouched."""

from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway import services, session
from gateway.routing import ANY_METHOD
from shopkit.errors import ContentTooLarge, NotFound
from shopkit.web.csrf import SAFE_METHODS
from shopkit.web.problems import problem

ANY = "{}"
PATHS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("products",), ("GET", "POST")),
    (("products", "by-handle", ANY), ("GET",)),
    (("products", ANY), ("GET", "PATCH", "DELETE")),
    (("products", ANY, "stock"), ("GET", "POST")),
    (("products", ANY, "images"), ("POST",)),
    (("products", ANY, "images", ANY), ("DELETE",)),
    (("categories",), ("GET", "POST")),
    (("categories", ANY), ("PATCH", "DELETE")),
    (("imports",), ("POST",)),
    (("exports", "products.csv"), ("GET",)),
)
"""Paths below /api, the first that fits counts, and their methods; HEAD goes wherever GET does."""

ASKED_WITH = ("accept", "accept-language", "content-type", "if-match", "if-none-match", "idempotency-key")
ANSWERED_WITH = (
    "content-type",
    "content-disposition",
    "cache-control",
    "etag",
    "last-modified",
    "retry-after",
    "vary",
    "www-authenticate",
)
ENCODED_TRICKS = ("%2e", "%2f", "%5c", "%25")
NOT_IN_SEGMENTS = frozenset("%;\\")
IN_QUERIES = "!$%&'()*+,-./:;=?@_~[]"
LARGEST_BODY = 4_500_000
"""Bytes that, in base64, still fit Lambda's payload of 6 MB; catalog has its own, lower limits."""


async def forward(request: Request) -> Response:
    """Ask catalog what the caller asks below /api. Raises NotFound, ContentTooLarge, Unauthenticated, Unavailable.

    A HEAD gets what GET would: the server in front leaves the body out, and tells its length (RFC 9110 §9.3.2).
    """
    segments = _segments(request)
    methods = _methods(segments)
    method = "GET" if request.method == "HEAD" else request.method
    if method not in methods:
        return _method_not_allowed(request, methods)
    answer = await services.catalog().request(
        method,
        "/catalog/" + "/".join(quote(segment, safe="") for segment in segments),
        query=quote(request.scope["query_string"], safe=IN_QUERIES),
        headers=await _headers(request),
        body=await _body(request),
    )
    headers = {name: answer.headers[name] for name in ANSWERED_WITH if name in answer.headers}
    headers.update(_location(answer.headers))
    return Response(answer.body, answer.status, headers)


def _segments(request: Request) -> list[str]:
    """The path below /api. Raises NotFound for spellings by which two servers might understand two paths."""
    written = request.scope.get("raw_path") or request.scope["aws.event"]["rawPath"].encode()
    if any(trick in written.decode("latin-1").lower() for trick in ENCODED_TRICKS):
        raise NotFound
    path: str = request.scope["path"]
    segments = path.removeprefix("/api/").split("/")
    if not all(map(_is_plain, segments)):
        raise NotFound
    return segments


def _is_plain(segment: str) -> bool:
    return segment not in {"", ".", ".."} and segment.isprintable() and NOT_IN_SEGMENTS.isdisjoint(segment)


def _methods(segments: list[str]) -> tuple[str, ...]:
    for pattern, methods in PATHS:
        if len(pattern) == len(segments) and all(p in (ANY, s) for p, s in zip(pattern, segments, strict=True)):
            return methods
    raise NotFound


async def _headers(request: Request) -> dict[str, str]:
    headers = {name: request.headers[name] for name in ASKED_WITH if name in request.headers}
    who = await session.caller(request)
    if who.doubt is not None and request.method not in SAFE_METHODS:
        raise who.doubt
    return {**headers, **who.authorization}


async def _body(request: Request) -> bytes:
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > LARGEST_BODY:
        raise ContentTooLarge(LARGEST_BODY)
    return await request.body()


def _location(headers: Mapping[str, str]) -> dict[str, str]:
    location = headers.get("location", "")
    return {"location": location.replace("/catalog/", "/api/", 1)} if location.startswith("/catalog/") else {}


def _method_not_allowed(request: Request, methods: tuple[str, ...]) -> Response:
    allowed = ", ".join(("HEAD", *methods) if "GET" in methods else methods)
    return problem(
        405,
        f"{request.method} is not possible here.",
        "method_not_allowed",
        instance=request.scope["path"],
        headers={"allow": allowed},
    )


ROUTES = [Route("/api/{path:path}", forward, methods=ANY_METHOD)]
