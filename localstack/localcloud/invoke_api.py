"""The Invoke operation of the Lambda API, so that AWS's SDKs reach the functions by name.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, unquote

from localcloud.event_invokes import EventInvokes
from localcloud.invocation import ASYNCHRONOUS_PAYLOAD_LIMIT, PAYLOAD_LIMIT, Invocation
from localcloud.lambdas import Pool, TooManyRequestsError
from localcloud.stack import LATEST
from localcloud.wire import JSON, Request

_TARGET = re.compile(rb"/2015-03-31/functions/([^/?]+)/invocations(?:\?(.*))?")
_NAME = re.compile(
    r"(?:(?:arn:aws[^:]*:lambda:[^:]*:)?(?:\d+:)?function:|\d+:)?(?P<name>[\w-]+)(?::(?P<qualifier>[\w$-]+))?"
)


class InvokeApi:
    """Runs functions for every program of this machine that asks; signatures are not looked at.

    Web pages are refused: a browser sends an Origin with whatever they post.
    """

    def __init__(self, pools: Mapping[str, Pool], events: EventInvokes) -> None:
        self._pools = pools
        self._events = events

    def serve(self, request: Request) -> None:
        target = _TARGET.fullmatch(request.target)
        if target is None or request.method != b"POST":
            _refuse(request, 404, "ResourceNotFoundException", "There is no such resource.")
        elif b"origin" in request.headers:
            _refuse(request, 403, "AccessDeniedException", "Web pages may not invoke functions.")
        elif pool := self._find(request, target[1], target[2] or b""):
            self._invoke(request, pool)

    def _find(self, request: Request, raw_name: bytes, query: bytes) -> Pool | None:
        """The function that the request names; answers the request where there is none."""
        text = unquote(raw_name.decode("latin-1"))
        name = _NAME.fullmatch(text)
        pool = self._pools.get(name["name"]) if name else None
        qualifier = (name["qualifier"] if name else None) or ""
        if query:
            qualifier = parse_qs(query.decode("latin-1")).get("Qualifier", [qualifier])[0]
        if pool is None or not pool.function.has_qualifier(qualifier):
            full_name = ":".join(filter(None, [pool.function.arn if pool else text, qualifier]))
            _refuse(request, 404, "ResourceNotFoundException", f"Function not found: {full_name}")
            return None
        return pool

    def _invoke(self, request: Request, pool: Pool) -> None:
        kind = request.headers.get(b"x-amz-invocation-type", b"RequestResponse")
        is_event = kind == b"Event"
        limit = ASYNCHRONOUS_PAYLOAD_LIMIT if is_event else PAYLOAD_LIMIT
        if request.is_too_large or len(request.body) > limit:
            message = f"Request must be smaller than {limit} bytes for the InvokeFunction operation"
            _refuse(request, 413, "RequestTooLargeException", message)
        elif is_event:
            self._accept_event(request, pool)
        elif kind == b"DryRun":
            request.answer(204)
        elif kind == b"RequestResponse":
            _answer_when_done(request, pool)
        else:
            _refuse(request, 400, "InvalidParameterValueException", "There is no such invocation type.")

    def _accept_event(self, request: Request, pool: Pool) -> None:
        if not _is_json(request.body):
            _refuse_content(request)
            return
        invocation = _submit(request, lambda payload: self._events.submit(pool.function.name, payload))
        if invocation is not None:
            request.answer(202, headers=_identity(invocation))


def _answer_when_done(request: Request, pool: Pool) -> None:
    invocation = _submit(request, pool.submit)
    if invocation is None:
        return

    def answer(_: object) -> None:
        if invocation.outcome.cancelled():
            return
        outcome = invocation.outcome.result()
        if outcome.is_error and not _is_json(request.body):  # looked at so late because most calls are fine
            _refuse_content(request)
            return
        error = b"x-amz-function-error: Unhandled\r\n" if outcome.is_error else b""
        request.answer(200, outcome.payload, JSON + error + _identity(invocation))

    def abandon(_: object) -> None:
        invocation.outcome.cancel()

    invocation.outcome.add_done_callback(answer)
    request.connection.on_lost = abandon


def _submit(request: Request, submit: Callable[[bytes], Invocation]) -> Invocation | None:
    """Start the invocation; answers the request where the function may not run."""
    try:
        return submit(request.body or b"{}")
    except TooManyRequestsError:
        _refuse(request, 429, "TooManyRequestsException", "Rate Exceeded.")
        return None


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return False
    return True


def _identity(invocation: Invocation) -> bytes:
    lines = (
        f"x-amz-executed-version: {LATEST}\r\nx-amzn-requestid: {invocation.request_id}\r\n"
        f"x-amzn-trace-id: {invocation.trace_id}\r\n"
    )
    return lines.encode()


def _refuse_content(request: Request) -> None:
    _refuse(request, 400, "InvalidRequestContentException", "Could not parse request body into json.")


def _refuse(request: Request, status: int, error_type: str, message: str) -> None:
    request.answer_json(status, {"Type": "User", "Message": message}, f"x-amzn-errortype: {error_type}\r\n".encode())
