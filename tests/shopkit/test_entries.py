"""A function imports what its own entry needs, and nothing of its service's other entries."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
HANDLER = """
from shopkit import runtime

@runtime.entry
def http():
    from shopkit.web.app import create_app
    return runtime.lambda_handler(create_app("kit", title="Kit", routers=[], checks={}))

@runtime.entry
def relay():
    from shopkit.events.relaying import relay
    return relay()
"""
PUBLISH = """
import json, sys
from factories.events import LambdaContext
import handler
before = sorted(sys.modules)
answer = handler.relay({}, LambdaContext())
print(json.dumps({"before": before, "after": sorted(sys.modules), "answer": answer}))
"""


@pytest.fixture
def imported(tables: str, tmp_path: Path) -> dict[str, Any]:
    """What the relay function of a service has imported before its first event, and after it."""
    (tmp_path / "handler.py").write_text(HANDLER)
    paths = os.pathsep.join(map(str, (tmp_path, ROOT / "layers" / "shopkit", ROOT / "tests")))
    ran = subprocess.run(
        [sys.executable, "-c", PUBLISH],
        env={**os.environ, "PYTHONPATH": paths, "_HANDLER": "handler.relay", "EVENT_BUS": "kit"},
        capture_output=True,
        text=True,
        check=True,
    )
    report: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return report


def test_a_relay_is_imported_before_its_first_event(imported: dict[str, Any]) -> None:
    assert "shopkit.events.relaying" in imported["before"]
    assert imported["answer"] == {"published": 0, "failed": 0}


def test_a_nudge_needs_no_framework_and_no_orm(imported: dict[str, Any]) -> None:
    heavy = {"fastapi", "starlette", "pydantic", "sqlalchemy", "alembic", "boto3", "jinja2", "jwt", "tenacity"}
    assert not heavy & set(imported["after"])
    assert "psycopg" in imported["after"]
