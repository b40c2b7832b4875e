"""The functions' entries. Each imports what only it needs."""

from shopkit import runtime

from pathlib import Path  # isort: skip

MIGRATIONS = Path(__file__).parent.parent / "migrations"


@runtime.entry
def http() -> runtime.Handler:
    from orders.app import app

    return runtime.lambda_handler(app)


@runtime.entry
def events() -> runtime.Handler:
    from orders.reactions import REACTIONS
    from shopkit.events.consuming import consumer

    return consumer(REACTIONS)


@runtime.entry
def relay() -> runtime.Handler:
    from orders import following, reconciling
    from shopkit.events.relaying import relay

    return relay(
        reminders={following.REMINDER: following.follow},
        sweep=following.sweep,
        commands={"reconcile": reconciling.reconcile},
    )


@runtime.entry
def migrate() -> runtime.Handler:
    from shopkit.db import migrations

    async def bring_up_to_date() -> dict[str, str]:
        return {"revision": await migrations.upgrade(MIGRATIONS)}

    return runtime.task_handler(bring_up_to_date)
