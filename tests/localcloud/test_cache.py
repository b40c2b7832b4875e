import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from factories.waiting import eventually
from localcloud.cache import Cache
from localcloud.state import free_port


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / 'a "quoted" folder'


@pytest_asyncio.fixture
async def cache(folder: Path) -> AsyncIterator[Cache]:
    server = Cache(folder, free_port())
    await server.start()
    yield server
    await server.stop()


async def ask(cache: Cache, *commands: str, password: str | None = None) -> list[bytes]:
    """The first lines of the answers to inline commands, after signing in as the URL says."""
    url = urlsplit(cache.url)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    lines = [f"AUTH {password or url.password}", *commands]
    writer.write("".join(f"{line}\r\n" for line in lines).encode())
    answers = [(await reader.readline()).strip() for _ in lines]
    writer.close()
    await writer.wait_closed()
    return answers


class TestStart:
    async def test_asks_for_the_password(self, cache: Cache) -> None:
        refused, denied = await ask(cache, "SET cart 1", password="guessed")
        assert refused.startswith(b"-WRONGPASS")
        assert denied.startswith(b"-NOAUTH")

    async def test_keeps_the_password(self, folder: Path, cache: Cache) -> None:
        assert Cache(folder, cache.port).url == cache.url

    async def test_keeps_what_is_stored(self, cache: Cache) -> None:
        assert await ask(cache, "INCR cart") == [b"+OK", b":1"]
        await cache.stop()
        await cache.start()
        assert await ask(cache, "INCR cart") == [b"+OK", b":2"]


class TestCrash:
    async def test_loses_nothing(self, cache: Cache) -> None:
        assert (await ask(cache, *["INCR cart"] * 500))[-1] == b":500"
        pid = cache.status.pid
        assert pid
        os.kill(pid, signal.SIGKILL)
        await eventually(lambda: cache.status.is_up and cache.status.pid != pid, seconds=3)
        assert await ask(cache, "INCR cart") == [b"+OK", b":501"]
