"""An interpreter with the dependencies layer's packages and nothing else, as on Lambda."""

import subprocess
import sys
from pathlib import Path

from shopcli import place
from shopcli.progress import fail, step

REQUIREMENTS = place.ROOT / "layers" / "dependencies" / "requirements.txt"
FOLDER = place.ROOT / ".local" / "bench"


def interpreter() -> Path:
    """Its path; it is made at the first call, and anew when the layer's lock changes."""
    python, stamp = FOLDER / "bin" / "python", FOLDER / "requirements.txt"
    if not python.exists() or not stamp.exists() or stamp.read_bytes() != REQUIREMENTS.read_bytes():
        with step("Installing the dependencies layer by itself …", "The dependencies layer is installed by itself"):
            _install(python)
        stamp.write_bytes(REQUIREMENTS.read_bytes())
    return python


def _install(python: Path) -> None:
    commands = (
        [sys.executable, "-m", "venv", "--clear", str(FOLDER)],
        [
            str(python),
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(REQUIREMENTS),
        ],
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            fail(f"{' '.join(command)} failed:\n{done.stderr}")
