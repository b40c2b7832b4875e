"""Alembic, run from a function's migrate entry or from a developer's shell.

A service's `migrations/env.py` only says `run(metadata)`.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, MetaData

ROLE_SETTINGS = {
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
}
"""Set on the role, so that autocommit reads have them too. Times are told in UTC wherever the server stands."""


def alembic_config(folder: Path) -> "Config":
    """Alembic's settings for a service whose migrations lie in `folder`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    return config


async def upgrade(folder: Path) -> str:
    """Bring the database up to the newest revision and return that; safe to repeat and to run twice at once.

    Raises DatabaseUnavailable.
    """
    from alembic import command
    from alembic.script import ScriptDirectory

    from shopkit.db.session import engine

    config = alembic_config(folder)

    def run_on(connection: "Connection") -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with engine().begin() as connection:
        await connection.run_sync(_prepare)
        await connection.run_sync(run_on)
    return ScriptDirectory.from_config(config).get_current_head() or ""


def _prepare(connection: "Connection") -> None:
    from sqlalchemy import text

    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SET LOCAL statement_timeout = '240s'"))
    # whoever migrates at the same moment waits here
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('migrations'))"))
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    for name, value in ROLE_SETTINGS.items():
        connection.execute(text(f"ALTER ROLE CURRENT_USER SET {name} = '{value}'"))


def run(metadata: "MetaData", **options: Any) -> None:
    """What a service's env.py calls: migrate on the connection that `upgrade` or `check` handed over."""
    from alembic import context

    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        compare_type=True,
        compare_server_default=True,
        **options,
    )
    with context.begin_transaction():
        context.run_migrations()
