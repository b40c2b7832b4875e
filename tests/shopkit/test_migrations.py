"""Migrations may be started by several at once: one runs, the others wait and find nothing to do."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import asyncio, sys
from pathlib import Path
from shopkit.db.migrations import upgrade
print(asyncio.run(upgrade(Path(sys.argv[1]))))
"""
ENV = """
from sqlalchemy import MetaData
from shopkit.db.migrations import run
run(MetaData())
"""
REVISION = """
from alembic import op
revision, down_revision = "first", None
def upgrade(): op.execute("CREATE TABLE migrated (n int)")
"""


def test_several_at_once(database: str, tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "env.py").write_text(ENV)
    (tmp_path / "versions" / "first.py").write_text(REVISION)
    environment = {**os.environ, "DATABASE_URL": database, "PYTHONPATH": str(ROOT / "layers" / "shopkit")}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    ended = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0] * 4, [error.decode()[-500:] for _, error in ended]
    assert {output.decode().strip() for output, _ in ended} == {"first"}
