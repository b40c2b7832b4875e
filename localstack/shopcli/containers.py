"""What containers on this machine need to reach the embedded place: `sam local` above all."""

import json
import re
import subprocess
from pathlib import Path

import requests

from shopcli import databases, place
from shopcli.progress import fail

HOST = "host.docker.internal"
LAMBDAS = ("AWS_LAMBDA_", "AWS_REGION", "AWS_DEFAULT_REGION", "LAMBDA_", "LANG", "PATH", "PYTHONPATH", "TZ", "_HANDLER")
"""How the variables begin that Lambda sets, and not the template."""


def bridge_address() -> str:
    """The address that Docker's bridge has on this machine."""
    try:
        told = subprocess.run(
            ["ip", "-4", "addr", "show", "docker0"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        fail("There is no docker0 bridge here. Start Docker first, or leave --containers out.")
    found = re.search(r"inet ([0-9.]+)", told)
    return found[1] if found else fail("The docker0 bridge has no IPv4 address.")


def write_environment(cloud: place.Cloud) -> Path:
    """The file for `sam local --env-vars`: the same variables, with addresses that containers can reach."""
    file = place.STATE / "sam" / "env.json"
    file.parent.mkdir(exist_ok=True)
    described: dict[str, dict[str, str]] = requests.get(f"{cloud.console_url}/environment", timeout=10).json()
    file.touch(mode=0o600)
    file.write_text(json.dumps({name: _reachable(cloud, each) for name, each in described.items()}, indent=2))
    return file


def _reachable(cloud: place.Cloud, variables: dict[str, str]) -> dict[str, str]:
    """The template's own variables; Lambda's are for `sam local` to set."""
    own = {name: value for name, value in variables.items() if not name.startswith(LAMBDAS)}
    if "DATABASE_SECRET_ARN" in own:
        own["DATABASE_URL"] = databases.address(cloud, variables)
    return {name: re.sub(r"127\.0\.0\.1|localhost(?=:)", HOST, value) for name, value in own.items()}
