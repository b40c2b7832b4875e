"""A shop of its own for a benchmark: the demo catalogue, a free port, thrown away afterwards."""

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from localcloud.state import free_port
from shopcli import place
from shopcli.progress import step


@contextmanager
def own_shop() -> Iterator[place.Cloud]:
    """Start one, and stop it at the end, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="shop-bench-") as folder:
        Path(folder).chmod(0o711)
        state = Path(folder) / "cloud"
        try:
            with step("Starting a shop of its own …", "A shop of its own runs"):
                _command(state, "up", "--detach", "--port", str(free_port()))
            yield place.Cloud(json.loads((state / "run" / "cloud.json").read_text()))
        finally:
            _command(state, "down")


def variables_of(cloud: place.Cloud, function: str) -> dict[str, str]:
    """The environment that a function of this shop runs with."""
    described: dict[str, dict[str, str]] = requests.get(f"{cloud.console_url}/environment", timeout=10).json()
    return described[function]


def machine() -> dict[str, Any]:
    """What the figures were seen on."""
    model = "unknown processor"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [
            line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
        ]
        model = models[0] if models else model
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
    }


def _command(state: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "shopcli", *arguments],
        cwd=place.ROOT,
        env={**os.environ, "SHOP_STATE": str(state), "PYTHONPATH": str(place.ROOT / "localstack")},
        check=True,
        capture_output=True,
    )
