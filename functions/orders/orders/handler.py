"""The functions' entries. Each imports what only it needs."""

from shopkit import runtime

from pathlib import Path  # isort: skip
from typing import Any  # isort: skip

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
    from orders import attempts, following
    from shopkit.events.inbox import RECEIVED
    from shopkit.events.relaying import relay
    from shopkit.idempotency import KEYS

    async def reconcile(command: runtime.Event) -> dict[str, Any]:
        from orders import reconciling

        return await reconciling.reconcile(command)

    return relay(
        reminders={following.REMINDER: following.follow},
        sweep=following.sweep,
        commands={"reconcile": reconcile},
        kept=(RECEIVED, KEYS, attempts.REFUSED),
    )


@runtime.entry
def migrate() -> runtime.Handler:
    from shopkit.db import migrations

    async def bring_up_to_date() -> dict[str, str]:
        return {"revision": await migrations.upgrade(MIGRATIONS)}

    return runtime.task_handler(bring_up_to_date)
