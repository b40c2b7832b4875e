"""A shop of its own for a command that measures or breaks one: started on a free port, and stopped at the end."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from localcloud.state import free_port
from shopcli import place
from shopcli.progress import fail, step


@dataclass(frozen=True, slots=True)
class OwnShop:
    """A running shop and the folder that it keeps everything in."""

    cloud: place.Cloud
    state: Path


@contextmanager
def own_shop(*options: str, keep_in: Path | None = None) -> Iterator[OwnShop]:
    """`./shop up` with these options, and `./shop down` whatever happens; `keep_in` is a folder that stays."""
    with tempfile.TemporaryDirectory(prefix="shop-own-") as folder:
        Path(folder).chmod(0o711)
        state = keep_in or Path(folder) / "cloud"
        try:
            with step("Starting a shop of its own …", "A shop of its own runs"):
                _command(state, "up", "--detach", "--port", str(free_port()), *options)
            yield OwnShop(place.Cloud(json.loads((state / "run" / "cloud.json").read_text())), state)
        finally:
            _command(state, "down")


def _command(state: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shopcli", *arguments],
        cwd=place.ROOT,
        env={**os.environ, "SHOP_STATE": str(state), "PYTHONPATH": str(place.ROOT / "localstack")},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        fail(f"./shop {' '.join(arguments)} failed:\n{done.stderr}")
