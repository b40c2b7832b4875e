"""What is forgotten of an event is forgotten of its mail; an index finds the old ones."""

from alembic import op

revision = "2026_11_23_forgetting"
down_revision = "2026_11_23_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    op.create_foreign_key(
        "fk_sent_mails_event_id_inbox", "sent_mails", "inbox", ["event_id"], ["event_id"], ondelete="CASCADE"
    )


def downgrade() -> None:
    op.drop_constraint("fk_sent_mails_event_id_inbox", "sent_mails")
    op.drop_index("ix_inbox_received_at", table_name="inbox")
