"""The inbox, and the mails that were sent."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_first_tables"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_inbox"),
    )
    op.create_table(
        "sent_mails",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text()),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_sent_mails"),
        sa.UniqueConstraint("event_id", name="uq_sent_mails_event_id"),
        sa.CheckConstraint("(recipient IS NULL) = (sent_at IS NULL)", name="ck_sent_mails_recipient"),
    )
    op.create_index("ix_sent_mails_correlation_id", "sent_mails", ["correlation_id"])


def downgrade() -> None:
    op.drop_table("sent_mails")
    op.drop_table("inbox")
