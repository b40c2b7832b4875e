import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOR_SOME_REQUESTS = {"jinja2", "nh3", "jwt", "sqlalchemy", "psycopg", "boto3", "pydantic_settings"}
ASK = """
import json, sys
from factories.events import LambdaContext, http_event
from gateway.handler import http
statuses = [http(http_event("GET", path), LambdaContext())["statusCode"] for path in json.loads(sys.argv[1])]
print(json.dumps({"statuses": statuses, "modules": sorted(sys.modules)}))
"""


def modules_after(*paths: str) -> set[str]:
    """What a fresh process has imported when it has answered these."""
    folders = [ROOT / each for each in ("tests", "layers/shopkit", "functions/gateway")]
    asked = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps(paths)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))},
        capture_output=True,
        check=True,
    )
    told = json.loads(asked.stdout.splitlines()[-1])
    assert set(told["statuses"]) == {200}
    return set(told["modules"])


@pytest.mark.parametrize("path", ["/health", "/placeholder/mug.svg"])
def test_a_cold_start_pays_only_for_what_it_serves(path: str) -> None:
    assert sorted(FOR_SOME_REQUESTS & modules_after(path)) == []
