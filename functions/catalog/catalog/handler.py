"""The functions' entries."""

from shopkit import runtime

from pathlib import Path  # isort: skip

MIGRATIONS = Path(__file__).parent.parent / "migrations"


@runtime.entry
def http() -> runtime.Handler:
    from catalog.app import app

    return runtime.lambda_handler(app)


@runtime.entry
def events() -> runtime.Handler:
    from catalog.reactions import REACTIONS
    from shopkit.events.consuming import consumer

    return consumer(REACTIONS)


@runtime.entry
def relay() -> runtime.Handler:
    from shopkit.events.inbox import RECEIVED
    from shopkit.events.relaying import relay

    return relay(kept=[RECEIVED])


@runtime.entry
def migrate() -> runtime.Handler:
    from shopkit.db import migrations

    async def bring_up_to_date() -> dict[str, str]:
        return {"revision": await migrations.upgrade(MIGRATIONS)}

    return runtime.task_handler(bring_up_to_date)
