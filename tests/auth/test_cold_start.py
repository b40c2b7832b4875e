"""A shopper who signs in must not wait for what signing in does not need."""

import json
import os
import subprocess
import sys
from pathlib import Path

from factories.events import http_event

from .conftest import PASSWORD, Accounts

ROOT = Path(__file__).parents[2]
SIGN_IN_ANEW = """
import json, sys
from factories.events import LambdaContext
from auth.handler import http
imported = set(sys.modules)
answer = http(json.load(sys.stdin), LambdaContext())
report = {"status": answer["statusCode"], "imported": list(imported), "after": list(sys.modules)}
print(json.dumps(report), file=sys.stderr)
"""
PATHS = os.pathsep.join(str(ROOT / path) for path in ("layers/shopkit", "functions/auth", "tests"))


def test_sign_in_loads_no_orm(accounts: Accounts) -> None:
    form = f"username={accounts.register('ada@example.com')}&password={PASSWORD}".encode()
    event = http_event("POST", "/auth/login", headers={"content-type": "application/x-www-form-urlencoded"}, body=form)
    ran = subprocess.run(
        [sys.executable, "-c", SIGN_IN_ANEW],
        input=json.dumps(event),
        env={**os.environ, "PYTHONPATH": PATHS, "_HANDLER": "auth.handler.http"},
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(ran.stderr.splitlines()[-1])
    assert report["status"] == 200
    assert "auth.app" in report["imported"]
    assert not {"sqlalchemy", "alembic", "boto3", "passlib", "jwt"} & set(report["imported"])
    assert not {"sqlalchemy", "alembic", "boto3"} & set(report["after"])
