"""The Lambda service of one machine: a pool of environments for each function, grown by demand."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.environment import Environment
from localcloud.invocation import Invocation, Outcome, error
from localcloud.processes import Child
from localcloud.stack import Function

_CORES = os.cpu_count() or 1
_FAILED_STARTS_LIMIT = 2

Spawn = Callable[[Function, int, str], Awaitable[Child]]
Record = Callable[..., None]


class TooManyRequestsError(Exception):
    """The function may not run at all: its reserved concurrency is zero."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How pools grow and shrink. Times are seconds.

    A request that waits longer than `patience` has another environment started for it: a burst of short requests
    is served sooner by those that run than by processes which first have to import their function.
    """

    environments: int = max(4, _CORES * 2)
    starting_at_once: int = max(1, _CORES // 2)
    patience: float = 0.005
    idle: float = 600


@dataclass(slots=True)
class Counters:
    """What happened in a pool since it was made."""

    invocations: int = 0
    errors: int = 0
    cold_starts: int = 0
    crashes: int = 0
    timeouts: int = 0
    last_crash: str | None = None


class Pool:
    """The environments of one function and the requests that wait for one, first come, first served."""

    def __init__(self, function: Function, spawn: Spawn, record: Record, limits: Limits | None = None) -> None:
        self.function = function
        self.counters = Counters()
        self._spawn = spawn
        self._record = record
        self._limits = limits or Limits()
        self._size_limit = self._limits.environments
        if function.reserved_concurrency is not None:
            self._size_limit = min(self._size_limit, function.reserved_concurrency)
        self._environments: dict[Environment, asyncio.Task[None]] = {}
        self._idle: list[Environment] = []
        self._waiting: deque[Invocation] = deque()
        self._failed_starts = 0
        self._growth: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def size(self) -> int:
        return len(self._environments)

    @property
    def idle(self) -> int:
        return len(self._idle)

    @property
    def waiting(self) -> int:
        return sum(not invocation.outcome.done() for invocation in self._waiting)

    @property
    def pids(self) -> list[int]:
        return [environment.child.pid for environment in self._environments if environment.child]

    def submit(self, payload: bytes, request_id: str | None = None) -> Invocation:
        """Run the function on a JSON event, at once or as soon as an environment is free.

        Raises TooManyRequestsError.
        """
        if self._size_limit == 0:
            raise TooManyRequestsError(f"{self.function.name} has a reserved concurrency of zero.")
        invocation = Invocation(payload, asyncio.get_running_loop().create_future())
        if request_id:
            invocation.request_id = request_id
        self.counters.invocations += 1
        invocation.outcome.add_done_callback(self._count_error)
        while self._idle:
            if self._idle.pop().run(invocation):
                return invocation
        self._waiting.append(invocation)
        self._grow()
        return invocation

    def retire(self, idle_for: float = 0) -> None:
        """End the environments that were idle for so many seconds."""
        latest = time.monotonic() - idle_for
        # The last one that became idle serves first, so that the first ones are those nobody needs.
        while self._idle and self._idle[0].idle_since <= latest:
            self._end(self._idle.pop(0))

    def refresh(self) -> None:
        """Replace all environments: idle ones now, others once they have answered."""
        for environment in self._environments:
            environment.is_stale = True
        self.retire()

    async def stop(self) -> None:
        """End all environments; what runs or waits is failed."""
        self._size_limit = 0
        self._cancel_growth()
        self._fail_waiting(error("ServiceException", "The service is shutting down."))
        lives = list(self._environments.values())
        await asyncio.gather(*(environment.stop() for environment in list(self._environments)))
        await asyncio.gather(*lives, *self._ending)

    # What environments call.

    def on_ready(self, environment: Environment) -> None:
        self._failed_starts = 0
        if environment.is_stale:
            self._end(environment)
        elif invocation := self._next_waiting():
            if not environment.run(invocation):
                self._waiting.appendleft(invocation)
            self._grow()
        else:
            environment.idle_since = time.monotonic()
            self._idle.append(environment)

    def on_hang_up(self, environment: Environment) -> None:
        if environment in self._idle:
            self._idle.remove(environment)

    def on_time_out(self, environment: Environment) -> None:
        self.counters.timeouts += 1
        pid = environment.child.pid if environment.child else None
        self._record("timed out", self.function.name, pid=pid, seconds=self.function.timeout)

    def on_end(self, environment: Environment, reason: str) -> None:
        self.on_hang_up(environment)
        del self._environments[environment]
        if environment.invocation is not None:
            self._settle(environment, environment.invocation, reason)
        if not environment.is_ending:
            self._note_crash(environment, reason)
        if not environment.was_ready and not environment.is_stale:
            self._note_failed_start(environment.init_error or error("Runtime.ExitError", f"Error: {reason}"))
        self._grow()

    def _settle(self, environment: Environment, invocation: Invocation, reason: str) -> None:
        """Fail what a process left behind, unless it never saw it: then another one may serve it."""
        if environment.was_unread and self._size_limit:
            self._waiting.appendleft(invocation)
        else:
            invocation.fail("Runtime.ExitError", reason)

    def _note_crash(self, environment: Environment, reason: str) -> None:
        self.counters.crashes += 1
        self.counters.last_crash = reason
        pid = environment.child.pid if environment.child else None
        self._record("crashed", self.function.name, pid=pid, reason=reason)

    def _note_failed_start(self, outcome: Outcome) -> None:
        """After two failed starts in a row, as Lambda tries, nobody needs to wait any longer."""
        self._failed_starts += 1
        has_other = any(environment.was_ready for environment in self._environments)
        if self._failed_starts >= _FAILED_STARTS_LIMIT and not has_other:
            self._failed_starts = 0
            self._fail_waiting(outcome)

    def _fail_waiting(self, outcome: Outcome) -> None:
        while invocation := self._next_waiting():
            invocation.finish(outcome)

    def _next_waiting(self) -> Invocation | None:
        """The longest waiting request that somebody still waits for."""
        while self._waiting:
            invocation = self._waiting.popleft()
            if not invocation.outcome.done():
                return invocation
        return None

    def _grow(self) -> None:
        """Start an environment for a request that waits, now or when its patience ends."""
        self._cancel_growth()
        while self._waiting and self._waiting[0].outcome.done():
            self._waiting.popleft()
        starting = sum(not environment.was_ready for environment in self._environments)
        if not self._waiting or self.size >= self._size_limit or starting >= self._limits.starting_at_once:
            return
        patience = self._limits.patience - (time.monotonic() - self._waiting[0].submitted_at)
        if self._environments and patience > 0:
            self._growth = asyncio.get_running_loop().call_later(patience, self._grow)
        else:
            self._start()

    def _cancel_growth(self) -> None:
        if self._growth is not None:
            self._growth.cancel()
            self._growth = None

    def _start(self) -> None:
        self.counters.cold_starts += 1
        instance = f"{self.function.name}-{self.counters.cold_starts}"
        environment = Environment(self.function, self, lambda port: self._spawn(self.function, port, instance))
        self._environments[environment] = asyncio.create_task(environment.live(), name=instance)

    def _end(self, environment: Environment) -> None:
        self._keep(environment.stop())

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _count_error(self, outcome: asyncio.Future[Outcome]) -> None:
        if not outcome.cancelled() and outcome.result().is_error:
            self.counters.errors += 1


class Lambdas:
    """All functions of a stack by name."""

    def __init__(self, functions: Iterable[Function], spawn: Spawn, record: Record, limits: Limits) -> None:
        self.pools: Mapping[str, Pool] = {
            function.name: Pool(function, spawn, record, limits) for function in functions
        }
        self._idle_limit = limits.idle

    async def retire_idle(self) -> None:
        """End environments that nobody needed for some time, for ever."""
        while True:
            await asyncio.sleep(self._idle_limit / 10)
            for pool in self.pools.values():
                pool.retire(self._idle_limit)

    async def stop(self) -> None:
        await asyncio.gather(*(pool.stop() for pool in self.pools.values()))
