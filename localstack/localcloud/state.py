"""The folder that holds all that a local cloud keeps: its layout, atomic files, ports and what happened."""

import contextlib
import fcntl
import json
import os
import secrets
import socket
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

LOOPBACK = ("127.0.0.1",)
# Below what systems give to outgoing connections (Linux from 32768, macOS from 49152): while a service is
# being restarted nobody else is given its port.
_PORTS = range(20_000, 32_000)
_EVENTS_LIMIT = 1_000_000


class AlreadyRunningError(Exception):
    """Another supervisor holds this state folder."""


class State:
    """Paths of a state folder; makes the folders it names, readable by their owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        # Root lets others pass through (but not list), for Postgres refuses to run as root.
        make_folder(self.folder, 0o711 if os.geteuid() == 0 else 0o700)
        self.run = make_folder(self.folder / "run")
        self.logs = make_folder(self.folder / "logs")
        self.cloud_json = self.run / "cloud.json"
        self.events = Events(self.folder / "events.jsonl")
        self.ports = Ports(self.folder / "ports.json")

    def subfolder(self, name: str) -> Path:
        return make_folder(self.folder / name)

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the folder for this process; the kernel lets go when it dies. Raises AlreadyRunningError."""
        with (self.run / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunningError(f"{self.folder} is in use by another supervisor.") from None
            yield


class Ports:
    """Ports by name, chosen once and kept for the next start."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def choose(self, name: str, addresses: Sequence[str] = LOOPBACK) -> int:
        """The port that this name had before if it is free on all addresses, else another."""
        known: dict[str, int] = read_json(self._file, {})
        port = known.get(name)
        if port is None or not is_free(port, addresses):
            port = free_port(addresses, taken=known.values())
            write_json(self._file, known | {name: port})
        return port


class Events:
    """What happened to the parts of the cloud: one JSON object a line, times in RFC 3339 UTC."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def record(self, kind: str, name: str, **facts: str | float | None) -> None:
        """Append that `kind` (started, crashed, restarted, …) happened to the part `name`."""
        event = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": kind, "name": name}
        if self._file.exists() and self._file.stat().st_size > _EVENTS_LIMIT:
            self._file.replace(self._file.with_suffix(".jsonl.1"))
        with _open_private(self._file, os.O_APPEND) as lines:
            lines.write((json.dumps(event | facts) + "\n").encode())

    def recent(self, count: int = 50) -> list[dict[str, Any]]:
        """The last events, oldest first; a line cut short by a power failure is left out."""
        lines = self._file.read_text().splitlines()[-count:] if self._file.exists() else []
        events = []
        for line in lines:
            with contextlib.suppress(ValueError):
                events.append(json.loads(line))
        return events


def is_free(port: int, addresses: Sequence[str] = LOOPBACK) -> bool:
    """Whether a server could listen on the port of all these addresses now."""
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


def free_port(addresses: Sequence[str] = LOOPBACK, taken: Collection[int] = ()) -> int:
    """A port that is free on all these addresses and not among those taken."""
    while True:
        port = secrets.choice(_PORTS)
        if port not in taken and is_free(port, addresses):
            return port


def read_json(file: Path, default: Any) -> Any:
    return json.loads(file.read_text()) if file.exists() else default


def write_json(file: Path, value: Any, *, durable: bool = True) -> None:
    write_bytes(file, json.dumps(value, indent=1).encode(), durable=durable)


def write_bytes(file: Path, content: bytes, *, durable: bool = True) -> None:
    """Replace the file at once: nobody sees half of it. Durably, it holds the old or the new after a power failure."""
    new = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with _open_private(new, os.O_EXCL) as stream:
            stream.write(content)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        new.replace(file)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path, mode: int = 0o700) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    return path


def _open_private(file: Path, how: int) -> BinaryIO:
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | how, 0o600), "wb")
