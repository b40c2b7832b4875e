"""The function's entries."""

from shopkit import runtime

from pathlib import Path  # isort: skip

from notifications.app import app

MIGRATIONS = Path(__file__).parent.parent / "migrations"


async def _migrate() -> dict[str, str]:
    from shopkit.db import migrations

    return {"revision": await migrations.upgrade(MIGRATIONS)}


http = runtime.lambda_handler(app)
migrate = runtime.task_handler(_migrate)
