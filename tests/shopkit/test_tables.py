"""What a service's migration creates is what the kit's tables say, or `alembic check` would refuse every service."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from .conftest import METADATA

MIGRATION = """
CREATE TABLE outbox (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    position bigint GENERATED ALWAYS AS IDENTITY,
    type text NOT NULL,
    version integer NOT NULL,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    correlation_id text NOT NULL,
    data jsonb NOT NULL,
    status text NOT NULL DEFAULT 'pending' CONSTRAINT ck_outbox_status CHECK (status IN ('pending', 'published')),
    claimed_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    published_at timestamptz
);
CREATE INDEX ix_outbox_pending ON outbox (position) WHERE status = 'pending';
CREATE INDEX ix_outbox_published ON outbox (published_at) WHERE status = 'published';
CREATE TABLE inbox (event_id uuid PRIMARY KEY, type text NOT NULL, received_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ix_inbox_received_at ON inbox (received_at);
CREATE TABLE idempotency (
    scope text, key text, fingerprint text NOT NULL, subject uuid NOT NULL, lease_until timestamptz, status integer,
    body bytea, created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (scope, key)
);
CREATE INDEX ix_idempotency_created_at ON idempotency (created_at);
"""


@pytest.fixture
def connection(database: str) -> Iterator[sa.Connection]:
    """A transaction that ends without a trace."""
    engine = sa.create_engine(sa.make_url(database).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE SCHEMA made_by_migration"))
        connection.execute(sa.text("SET LOCAL search_path TO made_by_migration"))
        connection.execute(sa.text(MIGRATION))
        yield connection
        connection.rollback()
    engine.dispose()


def test_alembic_finds_no_difference(connection: sa.Connection) -> None:
    options = {"compare_type": True, "compare_server_default": True}
    assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []
