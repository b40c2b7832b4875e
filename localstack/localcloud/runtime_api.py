"""The Lambda Runtime API, by which a function's process fetches invocations and posts what came of them.

Each environment has a server of its own, for the runtime client is only told a host and a port.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

from typing import Protocol

from localcloud.invocation import PAYLOAD_LIMIT, Invocation, Outcome, error
from localcloud.wire import JSON, Request, Serve

_INVOCATION = b"/2018-06-01/runtime/invocation/"
_NEXT = _INVOCATION + b"next"
_INIT_ERROR = b"/2018-06-01/runtime/init/error"
_ACCEPTED = b'{"status":"OK"}\n'


class Runtime(Protocol):
    """The environment on whose behalf a process calls."""

    def wait_for_next(self, poll: Request) -> None:
        """Answer the poll with `hand_over` when there is an invocation."""

    def finish(self, request_id: str, outcome: Outcome) -> bool:
        """Take the outcome of the running invocation; false if it is another one's."""

    def fail_init(self, outcome: Outcome) -> None:
        """Take the error for which the function could not be loaded."""


def serve(runtime: Runtime) -> Serve:
    """The API of one environment."""

    def serve_request(request: Request) -> None:
        if request.target == _NEXT:
            runtime.wait_for_next(request)
        elif request.target.startswith(_INVOCATION):
            _finish(runtime, request)
        elif request.target == _INIT_ERROR:
            runtime.fail_init(Outcome(request.body, is_error=True))
            request.answer(202, _ACCEPTED)
        else:
            _refuse(request, 404, "NotFound", "There is no such resource.")

    return serve_request


def hand_over(poll: Request, invocation: Invocation, arn: bytes, deadline: float) -> None:
    """Answer a poll with an invocation; the deadline is in seconds since the epoch."""
    headers = (
        b"%blambda-runtime-aws-request-id: %b\r\nlambda-runtime-deadline-ms: %d\r\n"
        b"lambda-runtime-invoked-function-arn: %b\r\nlambda-runtime-trace-id: %b\r\n"
    ) % (JSON, invocation.request_id.encode(), int(deadline * 1000), arn, invocation.trace_id.encode())
    poll.answer(200, invocation.payload, headers)


def _finish(runtime: Runtime, request: Request) -> None:
    request_id, _, what = request.target[len(_INVOCATION) :].decode("latin-1").partition("/")
    if what not in {"response", "error"}:
        _refuse(request, 404, "NotFound", "There is no such resource.")
        return
    outcome = _too_large() if request.is_too_large else Outcome(request.body, is_error=what == "error")
    if not runtime.finish(request_id, outcome):
        _refuse(request, 400, "InvalidRequestID", "Invalid request ID")
    elif request.is_too_large:
        message = f"Exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes)."
        _refuse(request, 413, "RequestEntityTooLarge", message)
    else:
        request.answer(202, _ACCEPTED)


def _too_large() -> Outcome:
    message = f"Response payload size exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes)."
    return error("Function.ResponseSizeTooLarge", message)


def _refuse(request: Request, status: int, error_type: str, message: str) -> None:
    request.answer_json(status, {"errorMessage": message, "errorType": error_type})
