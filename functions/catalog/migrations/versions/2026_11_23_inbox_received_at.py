"""An index by which the sweep finds old rows of the inbox."""

from alembic import op

revision = "2026_11_23_inbox_received_at"
down_revision = "2026_11_23_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])


def downgrade() -> None:
    op.drop_index("ix_inbox_received_at", table_name="inbox")
