import os
import signal
import sys

import pytest

from factories.waiting import eventually
from localcloud.processes import Command
from localcloud.state import State, free_port
from localcloud.supervised import StartError, Supervised, accepts_connections

SERVER = """
import socketserver, sys
socketserver.TCPServer.allow_reuse_address = True
socketserver.TCPServer(("127.0.0.1", int(sys.argv[1])), socketserver.BaseRequestHandler).serve_forever()
"""


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(state: State, port: int) -> Supervised:
    async def answers() -> bool:
        return await accepts_connections("127.0.0.1", port)

    return Supervised(state, "server", Command((sys.executable, "-c", SERVER, str(port))), answers)


def events(state: State) -> list[str]:
    return [event["event"] for event in state.events.recent()]


class TestStart:
    async def test_of_a_missing_program(self, state: State) -> None:
        async def never() -> bool:
            return False

        with pytest.raises(StartError, match="No such file"):
            await Supervised(state, "server", Command(("/no/such/program",)), never).start()

    async def test_of_one_that_dies(self, state: State) -> None:
        async def never() -> bool:
            return False

        command = Command((sys.executable, "-c", "raise SystemExit('port taken')"))
        with pytest.raises(StartError, match=r"exit_code 1(.|\n)*port taken"):
            await Supervised(state, "server", command, never).start()

    async def test_of_one_that_never_answers(self, state: State) -> None:
        async def never() -> bool:
            return False

        command = Command((sys.executable, "-c", "import time; time.sleep(60)"))
        server = Supervised(state, "server", command, never)
        with pytest.raises(StartError):
            await server.start(seconds=0.2)
        assert server.status.pid is None

    async def test_is_ready(self, state: State, server: Supervised, port: int) -> None:
        await server.start()
        assert await accepts_connections("127.0.0.1", port)
        assert server.status.is_up
        await server.stop()
        assert not server.status.is_up
        assert events(state) == ["started", "stopped"]


class TestCrash:
    async def test_is_noted_and_mended(self, state: State, server: Supervised) -> None:
        await server.start()
        for restarts in (1, 2):
            assert server.status.pid
            os.kill(server.status.pid, signal.SIGKILL)
            await eventually(lambda: not server.status.is_up)
            await server.wait_ready()
            assert server.status.restarts == restarts
        assert server.status.last_exit == "signal SIGKILL"
        await server.stop()
        assert events(state) == ["started", "crashed", "restarted", "crashed", "restarted", "stopped"]

    async def test_while_it_stops_is_no_crash(self, state: State, server: Supervised) -> None:
        await server.start()
        pid = server.status.pid
        assert pid
        os.kill(pid, signal.SIGTERM)
        await server.stop()
        assert events(state)[-1] == "stopped"
