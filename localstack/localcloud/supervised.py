"""A service that is started, watched, and started again when it dies."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from localcloud.logs import tail
from localcloud.processes import Child, Command, describe_exit
from localcloud.state import State

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0  # seconds before a restart
_DEATHS_AT_START = 5  # before it was ever ready; then it will not be
_STEADY_SECONDS = 10  # who ran this long starts again without a pause
_READY_POLL_SECONDS = 0.02


class StartError(Exception):
    """A service did not become ready; the message carries the end of its log."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a status page tells of a service."""

    name: str
    is_up: bool
    pid: int | None
    restarts: int
    last_exit: str | None


class Supervised:
    """Keeps one process of a service running until it is told to stop.

    `is_ready` is asked again and again until it answers true; `clean_up` runs after a death, before the
    next start; `on_ready` is told, after each start, when that was.
    """

    def __init__(
        self,
        state: State,
        name: str,
        command: Command,
        is_ready: Callable[[], Awaitable[bool]],
        clean_up: Callable[[], None] = lambda: None,
        on_ready: Callable[[datetime], None] = lambda _: None,
    ) -> None:
        self.name = name
        self._state = state
        self._command = command
        self._is_ready = is_ready
        self._clean_up = clean_up
        self._on_ready = on_ready
        self._child: Child | None = None
        self._ready = asyncio.Event()
        self._restarts = 0
        self._last_exit: str | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def status(self) -> Status:
        pid = self._child.pid if self._child else None
        return Status(self.name, self._ready.is_set(), pid, self._restarts, self._last_exit)

    async def start(self, seconds: float = 60) -> None:
        """Start and wait until it is ready.

        Raises StartError after `seconds`, or sooner if it dies again and again.
        """
        self._watch = asyncio.create_task(self._keep_running(), name=f"supervise {self.name}")
        waiting = asyncio.create_task(self._ready.wait())
        await asyncio.wait({waiting, self._watch}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if self._ready.is_set():
            return
        waiting.cancel()
        await self.stop()
        raise StartError(f"{self.name} did not start ({self._last_exit}):\n{tail(self._state.log(self.name))}")

    async def stop(self, grace: float = 10.0) -> None:
        """End it for good, in order."""
        if self._watch:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        if self._child:
            await self._child.stop(grace)
            self._state.events.record("stopped", self.name)
            self._child = None
        self._ready.clear()

    async def wait_ready(self) -> None:
        await self._ready.wait()

    async def _keep_running(self) -> None:
        pause, was_ready = _FIRST_PAUSE, False
        while was_ready or self._restarts < _DEATHS_AT_START:
            begun = time.monotonic()
            was_ready = await self._run_once() or was_ready
            pause = _FIRST_PAUSE if time.monotonic() - begun > _STEADY_SECONDS else pause
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            self._clean_up()
            self._restarts += 1

    async def _run_once(self) -> bool:
        """One life of the process, from start to death; whether it ever was ready."""
        started_at = datetime.now(UTC)
        try:
            self._child = await Child.spawn(self._state, self.name, self._command)
        except OSError as error:
            self._note_end({"reason": str(error)})
            return False
        becoming_ready = asyncio.create_task(self._become_ready(self._child.pid, started_at))
        try:
            returncode = await self._child.wait()
        finally:
            becoming_ready.cancel()
        was_ready = self._ready.is_set()
        self._ready.clear()
        self._child.kill()  # what it left in its session
        self._child = None
        self._note_end(describe_exit(returncode))
        return was_ready

    def _note_end(self, how: Mapping[str, str | int]) -> None:
        self._last_exit = " ".join(f"{fact} {value}" for fact, value in how.items())
        self._state.events.record("crashed", self.name, **how)

    async def _become_ready(self, pid: int, started_at: datetime) -> None:
        while True:
            if await self._is_ready():
                break
            await asyncio.sleep(_READY_POLL_SECONDS)
        self._ready.set()
        self._on_ready(started_at)
        self._state.events.record("restarted" if self._restarts else "started", self.name, pid=pid)


async def accepts_connections(address: str, port: int) -> bool:
    """Whether a server listens there."""
    try:
        _, writer = await asyncio.open_connection(address, port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
