"""The gateway's static files, put together from its wheel and our own before anything starts."""

import subprocess
import sys

from shopcli import place
from shopcli.progress import fail

GATEWAY = place.ROOT / "functions" / "gateway"
BUILT = GATEWAY / "gateway" / "web" / "static" / "built"


def build() -> None:
    """Run the gateway's own build; it writes nothing that is already there."""
    done = subprocess.run(
        [sys.executable, str(GATEWAY / "build_assets.py"), str(BUILT)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        fail(f"The gateway's static files could not be built:\n{done.stdout}{done.stderr}")
