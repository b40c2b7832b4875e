"""Child processes: started so that none outlives the supervisor, and known again by pid and start time."""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Any, Self

from localcloud.logs import open_log, rotate
from localcloud.state import State, read_json, write_json

_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Account:
    """A user that a process runs as, where root starts it for another."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Command:
    """What to run. `stop_signal` asks it to end; on Linux the kernel sends it when the supervisor dies."""

    argv: tuple[str, ...]
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    account: Account | None = None
    stop_signal: Signals = signal.SIGTERM


@dataclass(frozen=True, slots=True)
class Identity:
    """A process told apart from a later one that was given the same pid."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> Self | None:
        started = _started(pid)
        return cls(pid, started) if started else None

    def is_alive(self) -> bool:
        return _started(self.pid) == self.started


class Child:
    """A running child: in a session of its own, its output in logs/<log>.log, noted in run/<name>.pid."""

    def __init__(self, name: str, command: Command, process: asyncio.subprocess.Process, note: Path) -> None:
        self.name = name
        self.pid = process.pid
        self._command = command
        self._process = process
        self._note = note

    @classmethod
    async def spawn(cls, state: State, name: str, command: Command, log: str | None = None) -> Self:
        """Start the command. Raises OSError if it cannot be run."""
        file = state.log(log or name)
        output = open_log(file)
        try:
            rotate(file)
            process = await asyncio.create_subprocess_exec(
                *command.argv,
                env=command.env,
                cwd=command.cwd,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_before_exec(command),
            )
        finally:
            os.close(output)
        note = state.run / f"{name}.pid"
        _write_note(note, process.pid, command.stop_signal)
        return cls(name, command, process, note)

    @property
    def returncode(self) -> int | None:
        """None while it runs; -N when signal N ended it."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait for its end."""
        returncode = await self._process.wait()
        self._note.unlink(missing_ok=True)
        return returncode

    def kill(self) -> None:
        """End it and what it started in its session, at once."""
        _kill_group(self.pid)

    async def stop(self, grace: float = 5.0) -> int:
        """Ask it to end, and end it after `grace` seconds."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(self._command.stop_signal)
        try:
            return await asyncio.wait_for(self.wait(), grace)
        except TimeoutError:
            self.kill()
            return await self.wait()


async def end_orphans(state: State, grace: float = 5.0) -> list[str]:
    """End what a killed supervisor left running; answers the names of those that were still alive."""
    notes = [(file, read_json(file, {})) for file in sorted(state.run.glob("*.pid"))]
    ended = await asyncio.gather(*(_end_orphan(note, grace) for _, note in notes))
    for file, _ in notes:
        file.unlink(missing_ok=True)
    return [file.stem for (file, _), was_alive in zip(notes, ended, strict=True) if was_alive]


def describe_exit(returncode: int) -> dict[str, str | int]:
    """How a process ended, as facts of an event."""
    if returncode >= 0:
        return {"exit_code": returncode}
    return {"signal": Signals(-returncode).name}


def _before_exec(command: Command) -> Callable[[], None]:
    """What the child does between fork and exec. The death signal comes last: changing the user clears it."""
    parent, account, death_signal = os.getpid(), command.account, int(command.stop_signal)

    def prepare() -> None:
        if account is not None:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, death_signal)
            if os.getppid() != parent:  # it died before we asked
                os._exit(1)

    return prepare


def _write_note(file: Path, pid: int, stop_signal: Signals) -> None:
    identity = Identity.of(pid)
    if identity is not None:
        note = {"pid": pid, "started": identity.started, "stop_signal": stop_signal.name}
        write_json(file, note, durable=False)


async def _end_orphan(note: dict[str, Any], grace: float) -> bool:
    identity = Identity(note.get("pid", 0), note.get("started", ""))
    if not identity.is_alive():
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(identity.pid, Signals[note["stop_signal"]])
    deadline = asyncio.get_running_loop().time() + grace
    while identity.is_alive():
        if asyncio.get_running_loop().time() > deadline:
            _kill_group(identity.pid)
        await asyncio.sleep(_POLL_SECONDS)
    return True


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _started(pid: int) -> str:
    """When the process started, in whatever terms this system tells it; empty if there is none."""
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return ""
        is_zombie, ticks_since_boot = fields[0] == "Z", fields[19]
        return "" if is_zombie else f"{boot} {ticks_since_boot}"
    listing = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listing.stdout.strip()
