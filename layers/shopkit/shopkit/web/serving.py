"""What surrounds every request: its ids, its deadline, its line in the log, and an answer whatever happens."""

import asyncio
import time
import uuid
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopkit.context import CORRELATION_ID, SECONDS_TO_ANSWER, TIME_LEFT, RequestContext, current
from shopkit.errors import Forbidden, OutOfTime
from shopkit.observability import logger
from shopkit.web import csrf, problems

DIRECT = "direct"
"""The `apiId` of events that services send each other. API Gateway sets its own; no caller can forge it."""

REQUEST_ID = "x-request-id"
DEFAULT_SECONDS = 28.0
LONGEST_ID = 128


class Serving:
    """ASGI middleware. Outside Lambda (plain uvicorn) the peers are trusted as services are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _context_of(scope)
        token = current.set(request)
        started, status = time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).update(_headers_for(request))
            await send(message)

        try:
            await self._answer(scope, receive, send_with_id, request)
        finally:
            _log(scope, request, status, time.perf_counter() - started)
            current.reset(token)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request: RequestContext) -> None:
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        path = scope["path"]
        if csrf.is_forged(scope["method"], Headers(scope=scope)):
            refused = problems.of_error(Forbidden("This came from another site."), path)
            await refused(scope, receive, send)
            return
        try:
            async with asyncio.timeout(request.seconds_left()) as limit:
                await self._app(scope, receive, watch)
        except Exception as error:
            late = isinstance(error, TimeoutError) and limit.expired()
            if not late:
                logger.exception("unhandled", extra={"correlation_id": request.correlation_id})
            if begun:
                raise
            failed = problems.of_error(OutOfTime(), path) if late else problems.internal_error(path)
            await failed(scope, receive, send)


def _headers_for(request: RequestContext) -> dict[str, str]:
    return {REQUEST_ID: request.correlation_id, "x-content-type-options": "nosniff"}


def _context_of(scope: Scope) -> RequestContext:
    headers = Headers(scope=scope)
    gateway: MutableMapping[str, Any] = scope.get("aws.event", {}).get("requestContext", {})
    through_api_gateway = bool(gateway) and gateway.get("apiId") != DIRECT
    told = "" if through_api_gateway else headers.get(CORRELATION_ID) or headers.get(REQUEST_ID, "")
    seconds = _seconds_allowed(scope)
    if not through_api_gateway and (left := headers.get(TIME_LEFT, "")).isdecimal():
        seconds = min(seconds, int(left) / 1000)
    return RequestContext(
        correlation_id=told[:LONGEST_ID] or gateway.get("requestId") or str(uuid.uuid4()),
        deadline=time.monotonic() + seconds,
        through_api_gateway=through_api_gateway,
    )


def _seconds_allowed(scope: Scope) -> float:
    if (lambda_context := scope.get("aws.context")) is None:
        return DEFAULT_SECONDS
    milliseconds: int = lambda_context.get_remaining_time_in_millis()
    return max(SECONDS_TO_ANSWER, milliseconds / 1000 - SECONDS_TO_ANSWER)


def _log(scope: Scope, request: RequestContext, status: int, seconds: float) -> None:
    lambda_context = scope.get("aws.context")
    logger.info(
        "answered",
        extra={
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "duration_ms": round(seconds * 1000, 2),
            "correlation_id": request.correlation_id,
            "function_request_id": getattr(lambda_context, "aws_request_id", None),
        },
    )
