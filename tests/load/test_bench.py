"""./shop bench works, and says what it measured. How fast things are is told there, not here: machines are noisy."""

import json
from pathlib import Path

import pytest

from factories.place import run_command

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize(("what", "rows"), [("coldstart", 4), ("gateway", 3), ("checkout", 2)])
def test_bench(tmp_path: Path, what: str, rows: int) -> None:
    done = run_command(tmp_path, ["bench", what, "--rounds", "1", "--json"], seconds=600)
    report = json.loads(done.stdout)
    assert len(report["rows"]) >= rows
    assert report["rows"][0]["ratio"] == 1.0
    assert all(row["median"] > 0 for row in report["rows"])
    assert report["machine"]["cores"]
