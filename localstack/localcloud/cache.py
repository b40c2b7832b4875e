"""The embedded Valkey (or Redis): on loopback, with a password, keeping what it is told in an append-only file."""

import asyncio
import contextlib
import secrets
import signal
from pathlib import Path

from localcloud.processes import Command
from localcloud.programs import cache_program
from localcloud.state import State, write_bytes
from localcloud.supervised import Status, Supervised

_ANSWER_SECONDS = 2


class Cache:
    """A Redis-protocol server that lives as a child of this process; it may lose the last second of a power failure."""

    def __init__(self, state_dir: Path, port: int) -> None:
        self.port = port
        self._state = State(state_dir)
        self._folder = self._state.subfolder("cache")
        self._password = self._kept_password()
        self._server: Supervised | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    @property
    def status(self) -> Status:
        return self._server.status if self._server else Status("cache", False, None, 0, None)

    async def start(self) -> None:
        """Start and wait until it has read its file and answers. Raises NoServerProgramError and StartError."""
        self._write_configuration()
        command = Command(
            (str(cache_program()), str(self._folder / "cache.conf")),
            cwd=self._folder,
            stop_signal=signal.SIGTERM,
        )
        self._server = Supervised(self._state, "cache", command, self._answers)
        await self._server.start()

    async def stop(self) -> None:
        if self._server:
            await self._server.stop()

    def _kept_password(self) -> str:
        file = self._folder / "password"
        if not file.exists():
            write_bytes(file, secrets.token_urlsafe(32).encode())
        return file.read_text()

    def _write_configuration(self) -> None:
        """A file, for anyone on the machine can read a command line."""
        configuration = (
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self._password}\ndir {self._quoted_folder()}\n"
            'appendonly yes\nappendfsync everysec\nsave ""\n'
        )
        write_bytes(self._folder / "cache.conf", configuration.encode())

    def _quoted_folder(self) -> str:
        escaped = str(self._folder).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    async def _answers(self) -> bool:
        """Whether it lets us in and answers PING: it says LOADING while it reads its file."""
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(_ANSWER_SECONDS):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    writer.write(f"AUTH {self._password}\r\nPING\r\n".encode())
                    return [await reader.readuntil(b"\r\n") for _ in "AP"] == [b"+OK\r\n", b"+PONG\r\n"]
                finally:
                    writer.close()
        return False
