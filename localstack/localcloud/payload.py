"""API Gateway's payload format 2.0: an HTTP request as an event, a function's result as an HTTP response.

Rules from "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway", and what is only seen in
real events: the path arrives decoded, the query string does not; cookies leave the headers; a body is text only
for text/* and three application types, everything else (forms too, and no type at all) comes as base64.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from localcloud.stack import ACCOUNT

API_ID = "local"
_TEXT_TYPES = frozenset({"application/json", "application/javascript", "application/xml"})
_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# The connection to the client is API Gateway's own affair.
_HOP_BY_HOP = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"})

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it came over the wire; header names in lower case; `domain` is its host without the port."""

    method: str
    domain: str
    raw_path: bytes
    query: bytes
    headers: Iterable[tuple[bytes, bytes]]
    body: bytes
    source_ip: str
    protocol: str = "HTTP/1.1"
    scheme: str = "http"
    port: int = 80


@dataclass(frozen=True, slots=True)
class HttpResponse:
    status: int
    headers: Headers
    body: bytes


class MalformedResultError(Exception):
    """The function's result is not what the payload format asks for."""


def event(
    request: HttpRequest, route_key: str, path_parameters: Mapping[str, str], request_id: str, now: float
) -> bytes:
    """The event of a request, as JSON; `now` is in seconds since the epoch."""
    headers, cookies = _headers(request)
    path = decoded_path(request.raw_path)
    result: dict[str, Any] = {"version": "2.0", "routeKey": route_key, "rawPath": path}
    result["rawQueryString"] = query = request.query.decode("latin-1")
    if cookies:
        result["cookies"] = cookies
    result["headers"] = headers
    if query:
        result["queryStringParameters"] = _query(query)
    result["requestContext"] = {
        "accountId": ACCOUNT,
        "apiId": API_ID,
        "domainName": request.domain,
        "domainPrefix": request.domain.partition(".")[0],
        "http": {
            "method": request.method,
            "path": path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": route_key,
        "stage": "$default",
        "time": _time(int(now)),
        "timeEpoch": int(now * 1000),
    }
    if path_parameters:
        result["pathParameters"] = path_parameters
    result["isBase64Encoded"] = False
    if request.body:
        result["body"], result["isBase64Encoded"] = _body(request.body, headers.get("content-type", ""))
    return json.dumps(result, separators=(",", ":"), ensure_ascii=False).encode()


def response(result: bytes) -> HttpResponse:
    """What a function's JSON result means in HTTP. Raises MalformedResultError."""
    try:
        value = json.loads(result)
    except ValueError:
        raise MalformedResultError("The result is not JSON.") from None
    if isinstance(value, dict) and "statusCode" in value:
        return _explicit_response(value)
    body = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return HttpResponse(200, [(b"content-type", b"application/json")], body.encode())


def decoded_path(raw_path: bytes) -> str:
    return unquote_to_bytes(raw_path).decode("utf-8", "replace")


def _headers(request: HttpRequest) -> tuple[dict[str, str], list[str]]:
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for raw_name, raw_value in request.headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if name == "cookie":
            cookies += filter(None, map(str.strip, value.split(";")))
        else:
            headers[name] = f"{headers[name]},{value}" if name in headers else value
    forwarded = headers.get("x-forwarded-for")
    headers["x-forwarded-for"] = f"{forwarded}, {request.source_ip}" if forwarded else request.source_ip
    headers["x-forwarded-port"] = str(request.port)
    headers["x-forwarded-proto"] = request.scheme
    return headers, cookies


def _query(query: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _body(body: bytes, content_type: str) -> tuple[str, bool]:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type in _TEXT_TYPES or media_type.startswith("text/"):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass  # whatever its type says, this is no text
    return base64.b64encode(body).decode(), True


@lru_cache(maxsize=1)
def _time(second: int) -> str:
    now = time.gmtime(second)
    return f"{now.tm_mday:02}/{_MONTHS[now.tm_mon]}/{now.tm_year}:{time.strftime('%H:%M:%S', now)} +0000"


def _explicit_response(value: Mapping[str, Any]) -> HttpResponse:
    try:
        status = int(value["statusCode"])
        headers = _response_headers(value)
        body = value.get("body") or ""
        content = base64.b64decode(body, validate=True) if value.get("isBase64Encoded") else body.encode()
    except (AttributeError, TypeError, ValueError) as error:
        raise MalformedResultError(f"The result is malformed: {error}") from error
    if not 100 <= status <= 599:  # noqa: PLR2004 - HTTP's range of status codes
        raise MalformedResultError(f"{status} is no HTTP status.")
    return HttpResponse(status, headers, content)


def _response_headers(value: Mapping[str, Any]) -> Headers:
    headers = [
        (name.lower().encode("latin-1"), _header_value(content))
        for name, content in (value.get("headers") or {}).items()
        if name.lower() not in _HOP_BY_HOP
    ]
    if not any(name == b"content-type" for name, _ in headers):
        headers.append((b"content-type", b"text/plain;charset=UTF-8"))
    headers += [(b"set-cookie", _header_value(cookie)) for cookie in value.get("cookies") or []]
    return headers


def _header_value(value: Any) -> bytes:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if "\r" in text or "\n" in text:
        raise ValueError("a header contains a line break")
    return text.encode()
