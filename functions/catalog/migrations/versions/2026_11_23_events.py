"""Outbox and inbox, and a version of each product's stock for the facts about it."""

from alembic import op

revision = "2026_11_23_events"
down_revision = "2026_11_23_reservations"
branch_labels = None
depends_on = None

TABLES = """
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
"""

STOCK_VERSION = """
ALTER TABLE products ADD COLUMN stock_version integer NOT NULL DEFAULT 0;

CREATE FUNCTION products_stock_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.stock_version := OLD.stock_version + 1;
    RETURN NEW;
END $$;

CREATE TRIGGER products_stock_version BEFORE UPDATE OF stock ON products
FOR EACH ROW WHEN (OLD.stock <> NEW.stock) EXECUTE FUNCTION products_stock_version();
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(STOCK_VERSION)


def downgrade() -> None:
    op.execute("DROP TRIGGER products_stock_version ON products")
    op.execute("DROP FUNCTION products_stock_version")
    op.execute("ALTER TABLE products DROP COLUMN stock_version")
    op.execute("DROP TABLE inbox, outbox")
