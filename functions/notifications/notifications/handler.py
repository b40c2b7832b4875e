"""The functions' entries."""

from shopkit import runtime

from pathlib import Path  # isort: skip

MIGRATIONS = Path(__file__).parent.parent / "migrations"


@runtime.entry
def http() -> runtime.Handler:
    from notifications.app import app

    return runtime.lambda_handler(app)


@runtime.entry
def events() -> runtime.Handler:
    from notifications.mails import OCCASIONS
    from notifications.repository import forget
    from notifications.sending import answer
    from shopkit.events.answering import answering

    return answering(dict.fromkeys(OCCASIONS, answer), afterwards=forget)


@runtime.entry
def migrate() -> runtime.Handler:
    from shopkit.db import migrations

    async def bring_up_to_date() -> dict[str, str]:
        return {"revision": await migrations.upgrade(MIGRATIONS)}

    return runtime.task_handler(bring_up_to_date)
