import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from factories.waiting import eventually
from localcloud.processes import Child, Command, Identity, describe_exit, end_orphans
from localcloud.state import State, write_json

SLEEP = Command((sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"))
STUBBORN = Command(
    (
        sys.executable,
        "-c",
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
    )
)
LOCALSTACK = str(Path(__file__).parents[2] / "localstack")
PARENT = """
import asyncio, sys, time
from pathlib import Path
from localcloud.processes import Child, Command
from localcloud.state import State

async def main():
    child = await Child.spawn(State(Path(sys.argv[1])), "service", Command((sys.executable, "-c", "input()")))
    print(child.pid, flush=True)
    time.sleep(60)

asyncio.run(main())
"""


def is_up(state: State, name: str = "service") -> bool:
    return "up" in state.log(name).read_text()


class TestChild:
    async def test_has_a_session_log_and_note_of_its_own(self, state: State) -> None:
        child = await Child.spawn(state, "service", SLEEP)
        await eventually(lambda: is_up(state))
        assert os.getsid(child.pid) == child.pid
        assert (state.run / "service.pid").exists()
        assert await child.stop() == -signal.SIGTERM
        assert not (state.run / "service.pid").exists()

    async def test_is_killed_if_it_does_not_stop(self, state: State) -> None:
        child = await Child.spawn(state, "service", STUBBORN)
        await eventually(lambda: is_up(state))
        assert await child.stop(grace=0.1) == -signal.SIGKILL

    async def test_of_a_missing_program(self, state: State) -> None:
        with pytest.raises(FileNotFoundError):
            await Child.spawn(state, "service", Command(("/no/such/program",)))

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
    async def test_dies_with_its_parent(self, state: State) -> None:
        program = (sys.executable, "-c", PARENT, state.folder)
        environment = {"PYTHONPATH": LOCALSTACK}
        parent = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE, env=environment)
        assert parent.stdout
        child = Identity.of(int(await parent.stdout.readline()))
        assert child
        assert child.is_alive()
        parent.kill()
        await parent.wait()
        await eventually(lambda: not child.is_alive())


class TestEndOrphans:
    async def test_ends_what_was_left(self, state: State) -> None:
        child = await Child.spawn(state, "service", SLEEP)
        await eventually(lambda: is_up(state))
        assert await end_orphans(state) == ["service"]
        assert await child.wait() == -signal.SIGTERM
        assert not list(state.run.glob("*.pid"))

    async def test_kills_the_stubborn(self, state: State) -> None:
        child = await Child.spawn(state, "service", STUBBORN)
        await eventually(lambda: is_up(state))
        await end_orphans(state, grace=0.1)
        assert await child.wait() == -signal.SIGKILL

    async def test_spares_another_process_with_the_same_pid(self, state: State) -> None:
        child = await Child.spawn(state, "service", SLEEP)
        note = {"pid": child.pid, "started": "long ago", "stop_signal": "SIGKILL"}
        write_json(state.run / "service.pid", note)
        assert await end_orphans(state) == []
        assert child.returncode is None
        await child.stop()


class TestIdentity:
    def test_of_nobody(self) -> None:
        with subprocess.Popen([sys.executable, "-c", ""]) as process:
            pass
        assert Identity.of(process.pid) is None

    def test_of_this_process(self) -> None:
        identity = Identity.of(os.getpid())
        assert identity
        assert identity.is_alive()


@pytest.mark.parametrize(
    ("returncode", "facts"), [(0, {"exit_code": 0}), (3, {"exit_code": 3}), (-9, {"signal": "SIGKILL"})]
)
def test_describe_exit(returncode: int, facts: dict[str, str | int]) -> None:
    assert describe_exit(returncode) == facts


def test_is_importable_elsewhere() -> None:
    """macOS has no prctl, and must not notice."""
    code = "import sys; sys.platform = 'darwin'; import localcloud.processes"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": LOCALSTACK})
