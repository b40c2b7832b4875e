"""The HTTP API in front of the functions: an ASGI app that answers as API Gateway does.

Limits from https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

from localcloud import authority, payload
from localcloud.invocation import PAYLOAD_LIMIT, Outcome
from localcloud.lambdas import Pool, TooManyRequestsError
from localcloud.payload import HttpRequest, HttpResponse, MalformedResultError
from localcloud.routing import Match, Router
from localcloud.stack import Route

BODY_LIMIT = 10_485_760
_BODILESS = frozenset({204, 304})

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class _ClientGoneError(Exception):
    """The client hung up before it had sent all of its request."""


class HttpApi:
    """Serves the routes of an HTTP API by the pools of their functions."""

    def __init__(self, routes: Iterable[Route], pools: Mapping[str, Pool]) -> None:
        self._router = Router(routes)
        self._pools = pools

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = secrets.token_urlsafe(12)
        try:
            response = await self._respond(scope, receive, request_id)
        except _ClientGoneError:
            return
        response.headers.append((b"apigw-requestid", request_id.encode()))
        if response.status not in _BODILESS:
            response.headers.append((b"content-length", b"%d" % len(response.body)))
        await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
        await send({"type": "http.response.body", "body": response.body})

    async def _respond(self, scope: Scope, receive: Receive, request_id: str) -> HttpResponse:
        domain = authority.domain(scope["headers"])
        if domain is None:
            return refusal(HTTPStatus.BAD_REQUEST)
        match = self._router.match(scope["method"], payload.decoded_path(scope["raw_path"]))
        if match is None:
            return refusal(HTTPStatus.NOT_FOUND)
        body = await _read_body(scope, receive)
        if body is None:
            return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        request = _request(scope, domain, body)
        event = payload.event(request, match.route.key, match.path_parameters, request_id, time.time())
        if len(event) > PAYLOAD_LIMIT:
            return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return await self._integrate(match, event)

    async def _integrate(self, match: Match, event: bytes) -> HttpResponse:
        """Let the function answer the event within the time of its route."""
        try:
            invocation = self._pools[match.route.function].submit(event)
            async with asyncio.timeout(match.route.timeout):
                return _response(await invocation.outcome)
        except (TimeoutError, TooManyRequestsError):
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE)
        except MalformedResultError:
            return refusal(HTTPStatus.INTERNAL_SERVER_ERROR)


def _response(outcome: Outcome) -> HttpResponse:
    if outcome.is_error:
        return refusal(HTTPStatus.INTERNAL_SERVER_ERROR)
    return payload.response(outcome.payload)


def refusal(status: HTTPStatus) -> HttpResponse:
    """What API Gateway itself answers."""
    # API Gateway keeps to the older phrase of 413.
    phrase = "Request Entity Too Large" if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else status.phrase
    return HttpResponse(status, [(b"content-type", b"application/json")], json.dumps({"message": phrase}).encode())


def _request(scope: Scope, domain: str, body: bytes) -> HttpRequest:
    client, server = scope.get("client"), scope.get("server")
    return HttpRequest(
        method=scope["method"],
        domain=domain,
        raw_path=scope["raw_path"],
        query=scope["query_string"],
        headers=scope["headers"],
        body=body,
        source_ip=client[0] if client else "",
        protocol=f"HTTP/{scope['http_version']}",
        scheme=scope["scheme"],
        port=server[1] if server else 80,
    )


async def _read_body(scope: Scope, receive: Receive) -> bytes | None:
    """The request's body, or None as soon as it is known to exceed the limit. Raises _ClientGoneError."""
    headers = dict(scope["headers"])
    length = headers.get(b"content-length")
    if length is None and b"transfer-encoding" not in headers:
        return b""
    if length is not None and int(length) > BODY_LIMIT:
        return None
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _ClientGoneError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > BODY_LIMIT:
            return None
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)
