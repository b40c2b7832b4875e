"""A shop of its own for the tests that need a running one, started and stopped by the shop's command line."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
ADMIN = {"username": "admin@example.com", "password": "admin123"}


@dataclass(frozen=True)
class RunningShop:
    """`state` is the folder that it keeps everything in."""

    state: Path

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run ./shop for this shop."""
        return run_command(self.state, arguments, check=check)

    @property
    def facts(self) -> dict[str, Any]:
        """The embedded place's description of itself."""
        facts: dict[str, Any] = json.loads((self.state / "run" / "cloud.json").read_text())
        return facts

    @property
    def url(self) -> str:
        return str(self.facts["url"])

    @property
    def status(self) -> dict[str, Any]:
        """What the embedded place says of its parts, and of what happened to them."""
        status: dict[str, Any] = httpx.get(f"{self.facts['console_url']}/status", timeout=10).json()
        return status


def run_command(
    state: Path, arguments: Sequence[str], *, check: bool = True, seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """./shop with its state in another folder. It must end without its caller's pipes being held open."""
    return subprocess.run(
        [sys.executable, "-m", "shopcli", *arguments],
        cwd=ROOT,
        env={**os.environ, "SHOP_STATE": str(state), "PYTHONPATH": str(ROOT / "localstack")},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=check,
    )
