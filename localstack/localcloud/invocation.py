"""One call of a function, and what the Lambda service says when the function cannot answer itself."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import uuid
from dataclasses import dataclass, field
from signal import Signals

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB, and what AWS allows above it.
PAYLOAD_LIMIT = 6_291_556
ASYNCHRONOUS_PAYLOAD_LIMIT = 1_048_576


def new_trace_id() -> str:
    """A trace id in X-Ray's format; nothing is sampled here."""
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Sampled=0"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an invocation ended with: the function's JSON result, or the JSON of an error."""

    payload: bytes
    is_error: bool = False


@dataclass(slots=True, eq=False)
class Invocation:
    """A request to a function.

    Whoever waits for the outcome may cancel it: a waiting request then leaves the queue, a running one goes on
    and its result is dropped, as on AWS.
    """

    payload: bytes
    outcome: asyncio.Future[Outcome]
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    trace_id: str = field(default_factory=new_trace_id)
    submitted_at: float = field(default_factory=time.monotonic)

    def finish(self, outcome: Outcome) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def fail(self, error_type: str, message: str) -> None:
        self.finish(error(error_type, f"RequestId: {self.request_id} Error: {message}"))


def error(error_type: str, message: str) -> Outcome:
    """An error in the form in which Lambda reports its own."""
    return Outcome(json.dumps({"errorType": error_type, "errorMessage": message}).encode(), is_error=True)


def describe_end(returncode: int) -> str:
    """How a runtime ended, in the words of Lambda's Runtime.ExitError."""
    if returncode == 0:
        return "Runtime exited without providing a reason"
    if returncode > 0:
        return f"Runtime exited with error: exit status {returncode}"
    number = Signals(-returncode)
    return f"Runtime exited with error: signal: {_SIGNALS.get(number, number.name)}"


# As Go's standard library names them, in which Lambda's own supervisor is written.
_SIGNALS = {
    Signals.SIGABRT: "aborted",
    Signals.SIGBUS: "bus error",
    Signals.SIGHUP: "hangup",
    Signals.SIGINT: "interrupt",
    Signals.SIGKILL: "killed",
    Signals.SIGSEGV: "segmentation fault",
    Signals.SIGTERM: "terminated",
}
