"""The outbox."""

from alembic import op

revision = "2026_11_23_outbox"
down_revision = "2026_11_23_users_and_sessions"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE outbox (
            id uuid DEFAULT gen_random_uuid() CONSTRAINT pk_outbox PRIMARY KEY,
            position bigint GENERATED ALWAYS AS IDENTITY,
            type text NOT NULL,
            version integer NOT NULL,
            occurred_at timestamptz NOT NULL DEFAULT now(),
            correlation_id text NOT NULL,
            data jsonb NOT NULL,
            status text NOT NULL DEFAULT 'pending'
                CONSTRAINT ck_outbox_status CHECK (status IN ('pending', 'published')),
            claimed_until timestamptz,
            attempts integer NOT NULL DEFAULT 0,
            published_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX ix_outbox_pending ON outbox (position) WHERE status = 'pending'")
    op.execute("CREATE INDEX ix_outbox_published ON outbox (published_at) WHERE status = 'published'")


def downgrade() -> None:
    op.drop_table("outbox")
