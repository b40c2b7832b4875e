"""`./shop test`: pytest, in the two tiers."""

import os
import subprocess
import sys

from shopcli import assets, place


def run(arguments: list[str], *, full: bool) -> int:
    """Run the tests and return pytest's exit code."""
    assets.build()
    command = [sys.executable, "-m", "pytest", *([] if full else ["-m", "not slow"]), *arguments]
    return subprocess.run(command, cwd=place.ROOT, env=os.environ, check=False).returncode
