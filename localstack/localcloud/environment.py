"""An execution environment: one process of a function, which serves one invocation at a time."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from localcloud import runtime_api
from localcloud.invocation import PAYLOAD_LIMIT, Invocation, Outcome, describe_end, error
from localcloud.processes import Child
from localcloud.stack import Function
from localcloud.wire import Request, listen

# Lambda gives the initialisation 10 s, and where that is not enough once more the function's timeout.
_INIT_SECONDS = 10
_STOP_GRACE = 1.0
_HANG_UP_SECONDS = 1.0

Spawn = Callable[[int], Awaitable[Child]]


class Owner(Protocol):
    """The pool that an environment belongs to."""

    def on_ready(self, environment: Environment) -> None:
        """The process waits for an invocation."""

    def on_hang_up(self, environment: Environment) -> None:
        """The process waits no longer; most likely it died."""

    def on_time_out(self, environment: Environment) -> None:
        """The process took too long and is being killed."""

    def on_end(self, environment: Environment, reason: str) -> None:
        """The process has ended, for a reason in Lambda's words."""


class Environment:
    """Started by `live`; told of invocations by `run`; ended by `stop`.

    Attributes: `invocation` runs in it now; `was_ready` once it could load its function; `init_error` says why
    not; `is_ending` when it was told to end; `is_stale` when it must end after its answer; `idle_since` in
    monotonic seconds.
    """

    def __init__(self, function: Function, owner: Owner, spawn: Spawn) -> None:
        self.child: Child | None = None
        self.invocation: Invocation | None = None
        self.init_error: Outcome | None = None
        self.was_ready = False
        self.is_ending = False
        self.is_stale = False
        self.idle_since = 0.0
        self._function = function
        self._arn = function.arn.encode()
        self._owner = owner
        self._spawn = spawn
        self._poll: Request | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._was_read = False
        self._hung_up = asyncio.Event()
        self._hung_up.set()

    @property
    def was_unread(self) -> bool:
        """Whether the process ended before it had read the invocation it was given."""
        return self.invocation is not None and not self._was_read

    async def live(self) -> None:
        """Run the process from its start to its end, and tell the owner how it ended."""
        try:
            reason = await self._run_process()
        except OSError as failure:
            reason = f"Runtime failed to start: {failure}"
        self._stop_timer()
        self._owner.on_end(self, reason)

    def run(self, invocation: Invocation) -> bool:
        """Hand an invocation to the waiting process; false if it turns out to have died."""
        poll, self._poll = self._poll, None
        if poll is None or poll.connection.is_hung_up():
            return False
        self.invocation = invocation
        self._was_read = True
        self._start_timer(self._function.timeout, self._time_out)
        runtime_api.hand_over(poll, invocation, self._arn, time.time() + self._function.timeout)
        return True

    async def stop(self) -> None:
        """End the process: it is asked first, then killed."""
        self.is_ending = True
        if self.child is not None:
            await self.child.stop(_STOP_GRACE)

    # What the Runtime API calls.

    def wait_for_next(self, poll: Request) -> None:
        self._stop_timer()
        self.was_ready = True
        self._poll = poll
        self._hung_up.clear()
        poll.connection.on_lost = self._lose_connection
        self._owner.on_ready(self)

    def finish(self, request_id: str, outcome: Outcome) -> bool:
        invocation = self.invocation
        if invocation is None or invocation.request_id != request_id:
            return False
        self.invocation = None
        self._stop_timer()
        invocation.finish(outcome)
        return True

    def fail_init(self, outcome: Outcome) -> None:
        self.init_error = outcome

    async def _run_process(self) -> str:
        server = await listen(runtime_api.serve(self), PAYLOAD_LIMIT)
        try:
            self.child = await self._spawn(server.port)
            if self.is_ending:
                self.child.kill()
            self._start_timer(_INIT_SECONDS + self._function.timeout, self._time_out)
            returncode = await self.child.wait()
            self.child.kill()  # what it may have started itself
            # How the connection ended tells whether the last invocation was read; it may be noticed after the exit.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hung_up.wait(), _HANG_UP_SECONDS)
        finally:
            server.close()
        return describe_end(returncode)

    def _lose_connection(self, exc: Exception | None) -> None:
        self._hung_up.set()
        if self._poll is not None:
            self._poll = None
            self._owner.on_hang_up(self)
        elif isinstance(exc, ConnectionResetError):
            # A socket closed with unread bytes in it is reset, one that was read to the end is closed in order.
            self._was_read = False

    def _time_out(self) -> None:
        seconds = self._function.timeout
        invocation, self.invocation = self.invocation, None
        if invocation is not None:
            invocation.fail("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds")
        else:
            self.init_error = error("Sandbox.Timedout", f"Init timed out after {_INIT_SECONDS + seconds:.2f} seconds")
        self.is_ending = True
        self._owner.on_time_out(self)
        if self.child is not None:
            self.child.kill()

    def _start_timer(self, seconds: float, then: Callable[[], None]) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, then)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
