"""Indexes by which the sweep finds old rows of the inbox and old webhooks."""

from alembic import op

revision = "2026_11_23_received_at"
down_revision = "2026_11_23_payments_and_refunds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    op.create_index("ix_webhook_events_received_at", "webhook_events", ["received_at"])


def downgrade() -> None:
    op.drop_index("ix_webhook_events_received_at", table_name="webhook_events")
    op.drop_index("ix_inbox_received_at", table_name="inbox")
