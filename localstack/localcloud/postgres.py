"""The embedded PostgreSQL: one cluster in the state folder, one database and role for each who asks."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from localcloud.cluster import Cluster
from localcloud.processes import Command
from localcloud.state import LOOPBACK, State
from localcloud.supervised import Status, Supervised

if TYPE_CHECKING:
    from psycopg import AsyncConnection

SUPERUSER = "postgres"
_SETTINGS = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    "unix_socket_directories": "",  # TCP only: socket paths may not be longer than 107 bytes
    "synchronous_commit": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
if sys.platform == "linux":
    # After a crash: a fsync of each file took up to 2 s on a busy machine, this 0.4 s.
    _SETTINGS["recovery_init_sync_method"] = "syncfs"
# Who may do all signs in from this machine only; others reach their database from where we listen.
_ACCESS = f"""\
host all {SUPERUSER} 127.0.0.1/32 scram-sha-256
host all {SUPERUSER} ::1/128 scram-sha-256
host all {SUPERUSER} all reject
host all all all scram-sha-256
"""


class Postgres:
    """A PostgreSQL server that lives as a child of this process.

    As root it runs as `nobody`, in the state folder if that user can reach it, else below
    /var/lib/localcloud (see cluster.py); `erase` removes its data wherever they are.
    `fsync=False` is for clusters that are thrown away.
    """

    def __init__(self, state_dir: Path, port: int, addresses: Sequence[str] = LOOPBACK, *, fsync: bool = True) -> None:
        self.port = port
        self._state = State(state_dir)
        self._addresses = addresses
        self._fsync = fsync
        self._cluster = Cluster(self._state.folder / "postgres", SUPERUSER)
        self._server: Supervised | None = None

    @property
    def superuser_password_file(self) -> Path:
        return self._cluster.password_file

    @property
    def status(self) -> Status:
        return self._server.status if self._server else Status("postgres", False, None, 0, None)

    async def start(self) -> None:
        """Make the cluster where there is none, start the server and wait until it answers.

        Raises NoServerProgramError and StartError.
        """
        await self._cluster.make(fsync=self._fsync)
        self._cluster.write("pg_hba.conf", _ACCESS)
        self._server = Supervised(self._state, "postgres", self._command(), self._answers, self._cluster.end_backends)
        await self._server.start()
        await self._close_own_databases()

    async def stop(self) -> None:
        """Shut down in order: connections are closed, everything is on disk."""
        if self._server:
            await self._server.stop()

    async def erase(self) -> None:
        """Stop and remove the cluster with all its data."""
        await self.stop()
        self._cluster.erase()

    def dsn(self, role: str, password: str, database: str) -> str:
        """The libpq URL of a role and database here."""
        role, password, database = (quote(part, safe="") for part in (role, password, database))
        return f"postgresql://{role}:{password}@{self._addresses[0]}:{self.port}/{database}"

    async def ensure_database(self, name: str, role: str, password: str) -> None:
        """Make the role and a database that only it may enter; bring the role's password up to date."""
        from psycopg.sql import SQL, Identifier, Literal

        database, owner = Identifier(name), Identifier(role)
        async with await self._connect() as connection:
            roles = await connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = SQL("ALTER" if await roles.fetchone() else "CREATE")
            await connection.execute(SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, owner, Literal(password)))
            databases = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not await databases.fetchone():
                await connection.execute(SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
            await connection.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))

    async def _close_own_databases(self) -> None:
        async with await self._connect() as connection:
            await connection.execute("REVOKE ALL ON DATABASE postgres FROM PUBLIC")
            await connection.execute("REVOKE ALL ON DATABASE template1 FROM PUBLIC")

    def _command(self) -> Command:
        settings = _SETTINGS | {
            "listen_addresses": ",".join(self._addresses),
            "port": str(self.port),
            "fsync": "on" if self._fsync else "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        # SIGINT is PostgreSQL's fast shutdown: SIGTERM would wait for its clients.
        return self._cluster.command(*options, stop_signal=signal.SIGINT)

    async def _connect(self) -> "AsyncConnection":
        from psycopg import AsyncConnection

        return await AsyncConnection.connect(
            self.dsn(SUPERUSER, self._cluster.password, "postgres"),
            autocommit=True,
            connect_timeout=5,
            # Whatever the environment says for other servers (PGSSLMODE …).
            sslmode="disable",
            gssencmode="disable",
        )

    async def _answers(self) -> bool:
        from psycopg import Error

        try:
            async with await self._connect():
                return True
        except Error:
            return False
