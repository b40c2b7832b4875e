"""The functions' entries. Each imports what only it needs."""

from shopkit import runtime


@runtime.entry
def http() -> runtime.Handler:
    from auth.app import app

    return runtime.lambda_handler(app)


@runtime.entry
def relay() -> runtime.Handler:
    from shopkit.events.relaying import relay

    return relay()


@runtime.entry
def migrate() -> runtime.Handler:
    from auth.migrating import migrate

    return runtime.task_handler(migrate)
