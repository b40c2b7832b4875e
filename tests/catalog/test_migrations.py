"""The tables are what the models say, and can be made twice and taken back."""

from collections.abc import Callable

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from catalog.handler import MIGRATIONS, migrate
from catalog.models import Base
from shopkit import runtime
from shopkit.db import session
from shopkit.db.migrations import alembic_config


def on_connection(work: Callable[[Connection], object]) -> object:
    async def run() -> object:
        async with session.engine().begin() as connection:
            return await connection.run_sync(work)

    return runtime.loop().run_until_complete(run())


@pytest.mark.usefixtures("catalog")
def test_models_and_migrations_agree() -> None:
    options = {"compare_type": True, "compare_server_default": True}
    differences = on_connection(
        lambda connection: compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
    )
    assert differences == []


@pytest.mark.usefixtures("catalog")
def test_migrating_again_changes_nothing() -> None:
    assert migrate({}, None) == migrate({}, None) == {"revision": "2026_11_23_inbox_received_at"}


def test_can_be_taken_back(make_database: Callable[[str], str], catalog: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address = make_database("catalog_back")
    monkeypatch.setenv("DATABASE_URL", address)
    runtime.loop().run_until_complete(session.close())
    migrate({}, None)
    config = alembic_config(MIGRATIONS)

    def downgrade(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")

    on_connection(downgrade)
    runtime.loop().run_until_complete(session.close())
    with psycopg.connect(address) as connection:
        left = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert left == [("alembic_version",)]
