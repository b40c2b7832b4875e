"""./shop chaos: no crash makes the shop lose a sale, charge twice or sell what it has not."""

import json
from pathlib import Path

import pytest

from factories.place import run_command

pytestmark = pytest.mark.timeout(600)


def test_a_hundred_checkouts_outlive_fifteen_kills(tmp_path: Path) -> None:
    arguments = ["chaos", "--checkouts", "100", "--kills", "15", "--keep-in", str(tmp_path / "shop"), "--json"]
    done = run_command(tmp_path, arguments, check=False, seconds=600)
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    assert report["violations"] == [], done.stderr  # which tells the seed
    assert done.returncode == 0
    assert (report["checkouts"], report["kills"]) == (100, 15)
    assert {"aws", "cache", "postgres"} < set(report["killed"])
    assert report["answers"]["/payment/pay 200"] > 30
    assert report["settled_after_seconds"] < 60
    assert report["stock_samples"] > 20


def test_a_run_begins_with_a_new_shop(tmp_path: Path) -> None:
    done = run_command(tmp_path, ["chaos", "--keep-in", str(tmp_path)], check=False)
    assert done.returncode == 1
    assert "is there already" in done.stderr
