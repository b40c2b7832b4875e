"""What a benchmark runs on: the machine, and the environment of a shop's functions."""

import os
import platform
from pathlib import Path
from typing import Any

import requests

from shopcli import place


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
