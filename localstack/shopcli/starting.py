"""Starting and stopping the embedded place."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from localcloud.logs import open_log
from localcloud.processes import Identity
from localcloud.state import State, is_free
from shopcli import containers, place
from shopcli.progress import fail

START_SECONDS = 60
STOP_SECONDS = 30
ADMIN_EMAIL, ADMIN_PASSWORD = "admin@example.com", "admin123"
"""The well-known administrator of the embedded place; any other stage refuses this password."""


@dataclass(frozen=True)
class Wish:
    """How the shop shall run."""

    host: str
    port: int
    reload: bool
    detach: bool
    for_containers: bool


def parameters() -> dict[str, str]:
    """The template's parameters; localcloud fills in what stands in braces, and names buckets as the template does."""
    return {
        "Stage": "embedded",
        "AdminEmail": ADMIN_EMAIL,
        "AdminPassword": ADMIN_PASSWORD,
        "DatabaseHost": "{postgres_host}",
        "DatabasePort": "{postgres_port}",
        "RedisUrl": "{cache_url}",
        "PublicUrl": "{url}",
        "AwsEndpointUrl": "{aws_url}",
        "LambdaEndpointUrl": "{invoke_url}",
        "ImagesUrl": "{aws_url}/imagebucket",
    }


def refuse_taken_port(wish: Wish) -> None:
    """One clear line instead of a traceback."""
    if not is_free(wish.port, [wish.host]):
        fail(f"Port {wish.port} is taken by another program. Choose another: ./shop up --port {wish.port + 1}")


def launch(wish: Wish) -> subprocess.Popen[bytes]:
    """Start localcloud. In the foreground it ends with us: our end of its standard input is its lifeline."""
    log = open_log(State(place.STATE).log("cloud"))
    with os.fdopen(log, "ab") as output:
        return subprocess.Popen(
            _command(wish),
            cwd=place.ROOT,
            env={**os.environ, "PYTHONPATH": str(place.ROOT / "localstack")},
            stdin=subprocess.DEVNULL if wish.detach else subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _command(wish: Wish) -> list[str]:
    command = [sys.executable, "-m", "localcloud", "--template", str(place.ROOT / "template.yaml")]
    command += ["--state", str(place.STATE), "--host", wish.host, "--port", str(wish.port)]
    for name, value in parameters().items():
        command += ["--parameter", f"{name}={value}"]
    if wish.for_containers:
        command += ["--listen-also", containers.bridge_address()]
    if not wish.detach:
        command.append("--lifeline")
    if wish.reload:
        command.append("--reload")
    return command


def wait_until_ready(process: subprocess.Popen[bytes]) -> place.Cloud:
    """The embedded place once it answers; if it ends instead, its last words."""
    until = time.monotonic() + START_SECONDS
    while True:
        cloud = place.running()
        if cloud is not None and cloud.pid == process.pid:
            return cloud
        if process.poll() is not None:
            fail(f"The embedded place ended at once. Its log says:\n{last_words(place.STATE / 'logs' / 'cloud.log')}")
        if time.monotonic() > until:
            stop(process.pid)
            fail(f"The embedded place was not ready within {START_SECONDS} s; see ./shop logs cloud.")
        time.sleep(0.05)


def last_words(log: Path, lines: int = 15) -> str:
    """The end of a log file."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def stop(pid: int) -> None:
    """Ask the embedded place to end and wait until it has: all its children with it, everything on disk."""
    identity = Identity.of(pid)
    if identity is None:
        return
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while identity.is_alive():
        if time.monotonic() > until:
            fail(f"Process {pid} does not end; see ./shop logs cloud.")
        time.sleep(0.05)


def erase() -> None:
    """Remove everything the embedded place keeps, wherever Postgres had to put its data."""
    import asyncio
    import shutil

    from localcloud.postgres import Postgres

    asyncio.run(Postgres(place.STATE, 0).erase())
    shutil.rmtree(place.STATE, ignore_errors=True)
