"""A service of the shop in a process of its own, under plain uvicorn, as another service's tests need it."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

STARTING_SECONDS = 60
ROOT = Path(__file__).parents[2]
SERVE = """
import socket, sys, uvicorn
uvicorn.Server(uvicorn.Config(sys.argv[1], log_level="warning")).run(sockets=[socket.socket(fileno=int(sys.argv[2]))])
"""
MIGRATE = "from {0}.handler import migrate; migrate({{}}, None)"


@contextmanager
def serving(service: str, environment: Mapping[str, str]) -> Iterator[str]:
    """The service's address, once it answers: who waits for the first answer to a request of his may lose patience."""
    settings = _settings(service, environment)
    if "DATABASE_URL" in environment:
        subprocess.run([sys.executable, "-c", MIGRATE.format(service)], env=settings, check=True)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, f"{service}.app:app", str(listening.fileno())],
            env=settings,
            pass_fds=[listening.fileno()],
        )
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            httpx.get(f"{address}/{service}/health", timeout=STARTING_SECONDS)
            yield address
        finally:
            process.terminate()
            process.wait()


def _settings(service: str, environment: Mapping[str, str]) -> dict[str, str]:
    path = os.pathsep.join(str(ROOT / each) for each in ("layers/shopkit", f"functions/{service}"))
    return {**os.environ, "PYTHONPATH": path, "POWERTOOLS_SERVICE_NAME": service, "STAGE": "embedded", **environment}
