"""`./shop openapi`: the services' documents, as files that reviewers see change."""

import os
import subprocess
import sys

from shopcli import place
from shopcli.progress import console

FOLDER = place.ROOT / "docs" / "openapi"
SERVICES = ("auth", "cart", "catalog", "notifications", "orders", "payments")
PROGRAM = """
import json, sys
from {service}.app import app
json.dump(app.openapi(), sys.stdout, indent=2, sort_keys=True)
print()
"""


def write(*, check: bool) -> int:
    """Write the files, or with `check` only compare; how many differed."""
    differing = 0
    for service in SERVICES:
        file, document = FOLDER / f"{service}.json", _document_of(service)
        same = file.exists() and file.read_text() == document
        differing += not same
        if not check:
            FOLDER.mkdir(parents=True, exist_ok=True)
            file.write_text(document)
        state = "up to date" if same else "differs; run ./shop openapi" if check else "written"
        console.print(f"{file.relative_to(place.ROOT)}: {state}")
    return differing if check else 0


def _document_of(service: str) -> str:
    """Each service is asked in a process of its own, as none may see another."""
    path = os.pathsep.join(str(place.ROOT / part) for part in ("layers/shopkit", f"functions/{service}"))
    environment = {**os.environ, "PYTHONPATH": path, "STAGE": "embedded"}
    program = PROGRAM.format(service=service)
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout
