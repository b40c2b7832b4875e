"""The functions' entries. Each imports what only it needs."""

from shopkit import runtime

from pathlib import Path  # isort: skip

MIGRATIONS = Path(__file__).parent.parent / "migrations"


@runtime.entry
def http() -> runtime.Handler:
    from payments.app import app

    return runtime.lambda_handler(app)


@runtime.entry
def events() -> runtime.Handler:
    from payments.reactions import REACTIONS
    from shopkit.events.consuming import consumer

    return consumer(REACTIONS)


@runtime.entry
def relay() -> runtime.Handler:
    from payments import background
    from shopkit.events.inbox import RECEIVED
    from shopkit.events.relaying import relay
    from shopkit.idempotency import KEYS

    return relay(
        reminders={"payment": background.look_at_payment, "refund": background.look_at_refund},
        sweep=background.sweep,
        commands={"reconcile": background.reconcile},
        kept=(RECEIVED, KEYS, background.WEBHOOKS),
    )


@runtime.entry
def migrate() -> runtime.Handler:
    from shopkit.db import migrations

    async def bring_up_to_date() -> dict[str, str]:
        return {"revision": await migrations.upgrade(MIGRATIONS)}

    return runtime.task_handler(bring_up_to_date)
