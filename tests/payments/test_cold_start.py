"""An entry imports what it needs, and not what its service's other entries do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMPORT = "import json, sys; import payments.handler; print(json.dumps(list(sys.modules)))"
PATHS = os.pathsep.join(str(ROOT / path) for path in ("layers/shopkit", "functions/payments"))


@pytest.mark.parametrize(
    ("entry", "needed", "spared"),
    [
        ("http", {"payments.app"}, {"sqlalchemy", "alembic", "boto3"}),
        ("events", {"sqlalchemy"}, {"mangum", "alembic", "boto3"}),
        ("relay", {"shopkit.events.relaying"}, {"fastapi", "mangum", "sqlalchemy", "alembic", "boto3"}),
    ],
)
def test_imports(entry: str, needed: set[str], spared: set[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", IMPORT],
        env={**os.environ, "PYTHONPATH": PATHS, "_HANDLER": f"payments.handler.{entry}"},
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(json.loads(ran.stdout))
    assert needed <= imported
    assert not spared & imported
