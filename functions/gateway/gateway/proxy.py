"""The API: what the services offer in public, by a fixed table; bytes pass through untouched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway import services, session
from gateway.routing import ANY_METHOD
from shopkit.clients import ServiceClient
from shopkit.errors import ContentTooLarge, NotFound, Unauthenticated
from shopkit.web.csrf import SAFE_METHODS
from shopkit.web.problems import problem

ANY = "{}"


@dataclass(frozen=True, slots=True)
class Operation:
    """A path of ours and its methods, and what they ask of which service; `{}` stands for any one segment.

    What is not `for_anybody` asks nobody while nobody is signed in.
    """

    path: str
    methods: tuple[str, ...]
    service: Callable[[], ServiceClient]
    asks: str
    for_anybody: bool = False

    def asked_for(self, path: str) -> str | None:
        """The service's path for this one of ours; None where it is another one."""
        pattern, segments = self.path.split("/"), path.split("/")
        if len(pattern) != len(segments) or any(p not in (ANY, s) for p, s in zip(pattern, segments, strict=True)):
            return None
        variable = (quote(s, safe="") for p, s in zip(pattern, segments, strict=True) if p == ANY)
        return self.asks.format(*variable)


def _of_catalog(path: str, *methods: str) -> Operation:
    return Operation(f"/api{path}", methods, services.catalog, f"/catalog{path}", for_anybody=True)


OPERATIONS: tuple[Operation, ...] = (
    _of_catalog("/products", "GET", "POST"),
    _of_catalog("/products/by-handle/{}", "GET"),
    _of_catalog("/products/{}", "GET", "PATCH", "DELETE"),
    _of_catalog("/products/{}/stock", "GET", "POST"),
    _of_catalog("/products/{}/images", "POST"),
    _of_catalog("/products/{}/images/{}", "DELETE"),
    _of_catalog("/categories", "GET", "POST"),
    _of_catalog("/categories/{}", "PATCH", "DELETE"),
    _of_catalog("/imports", "POST"),
    _of_catalog("/exports/products.csv", "GET"),
    Operation("/order/create", ("POST",), services.orders, "/order/create"),
    Operation("/order/{}", ("GET",), services.orders, "/order/{}"),
    Operation("/api/orders", ("GET",), services.orders, "/orders"),
    Operation("/api/orders/{}", ("GET",), services.orders, "/order/{}"),
    Operation("/api/orders/{}/cancel", ("POST",), services.orders, "/order/{}/cancel"),
    Operation("/api/shipping-methods", ("GET",), services.orders, "/shipping-methods", for_anybody=True),
    Operation("/api/admin/orders", ("GET",), services.orders, "/admin/orders"),
    Operation("/api/admin/orders/{}/status", ("POST",), services.orders, "/admin/orders/{}/status"),
    Operation("/api/admin/orders/{}/refund", ("POST",), services.orders, "/admin/orders/{}/refund"),
    Operation("/payment/pay", ("POST",), services.payments, "/payment/pay"),
    Operation("/api/payments", ("GET",), services.payments, "/payments"),
)
"""The first path that fits counts; HEAD goes wherever GET does."""

ASKED_WITH = ("accept", "accept-language", "content-type", "if-match", "if-none-match", "idempotency-key")
ANSWERED_WITH = (
    "content-type",
    "content-disposition",
    "cache-control",
    "etag",
    "idempotent-replayed",
    "last-modified",
    "retry-after",
    "vary",
    "www-authenticate",
)
ENCODED_TRICKS = ("%2e", "%2f", "%5c", "%25")
NOT_IN_SEGMENTS = frozenset("%;\\")
IN_QUERIES = "!$%&'()*+,-./:;=?@_~[]"
LARGEST_BODY = 4_500_000
"""Bytes that, in base64, still fit Lambda's payload of 6 MB; the services have their own, lower limits."""


async def forward(request: Request) -> Response:
    """Ask a service what the caller asks. Raises NotFound, ContentTooLarge, Unauthenticated, Unavailable.

    A HEAD gets what GET would: the server in front leaves the body out, and tells its length (RFC 9110 §9.3.2).
    """
    operation, asked = _operation(_path(request))
    method = "GET" if request.method == "HEAD" else request.method
    if method not in operation.methods:
        return _method_not_allowed(request, operation.methods)
    answer = await operation.service().request(
        method,
        asked,
        query=quote(request.scope["query_string"], safe=IN_QUERIES),
        headers=await _headers(request, operation),
        body=await _body(request),
    )
    headers = {name: answer.headers[name] for name in ANSWERED_WITH if name in answer.headers}
    headers.update(_location(answer.headers))
    return Response(answer.body, answer.status, headers)


def _path(request: Request) -> str:
    """The path as it was asked for. Raises NotFound for spellings by which two servers might understand two paths."""
    written = request.scope.get("raw_path") or request.scope["aws.event"]["rawPath"].encode()
    if any(trick in written.decode("latin-1").lower() for trick in ENCODED_TRICKS):
        raise NotFound
    path: str = request.scope["path"]
    if not all(map(_is_plain, path.split("/")[1:])):
        raise NotFound
    return path


def _is_plain(segment: str) -> bool:
    return segment not in {"", ".", ".."} and segment.isprintable() and NOT_IN_SEGMENTS.isdisjoint(segment)


def _operation(path: str) -> tuple[Operation, str]:
    """What the path means, and what it asks for. Raises NotFound."""
    for operation in OPERATIONS:
        if (asked := operation.asked_for(path)) is not None:
            return operation, asked
    raise NotFound


async def _headers(request: Request, operation: Operation) -> dict[str, str]:
    headers = {name: request.headers[name] for name in ASKED_WITH if name in request.headers}
    who = await session.caller(request)
    is_public = operation.for_anybody and request.method in SAFE_METHODS
    if who.doubt is not None and not is_public:
        raise who.doubt
    if not who.is_signed_in and not operation.for_anybody:
        raise Unauthenticated
    return {**headers, **who.authorization}


async def _body(request: Request) -> bytes:
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > LARGEST_BODY:
        raise ContentTooLarge(LARGEST_BODY)
    return await request.body()


def _location(headers: Mapping[str, str]) -> dict[str, str]:
    """Catalog's paths are ours below /api; those of orders are ours as they are."""
    location = headers.get("location", "")
    return {"location": location.replace("/catalog/", "/api/", 1)} if location.startswith("/") else {}


def _method_not_allowed(request: Request, methods: tuple[str, ...]) -> Response:
    allowed = ", ".join(("HEAD", *methods) if "GET" in methods else methods)
    return problem(
        405,
        f"{request.method} is not possible here.",
        "method_not_allowed",
        instance=request.scope["path"],
        headers={"allow": allowed},
    )


ROUTES = [
    Route("/api/{path:path}", forward, methods=ANY_METHOD),
    Route("/order/{id:uuid}", forward, methods=ANY_METHOD),
]
