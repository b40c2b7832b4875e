"""Reservations, their lines, and restocks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_23_reservations"
down_revision = "2026_11_23_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reservations",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('held', 'confirmed', 'released')", name=op.f("ck_reservations_status")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_reservations")),
    )
    op.create_index(
        "ix_reservations_held",
        "reservations",
        ["created_at", "order_id"],
        unique=False,
        postgresql_where=sa.text("status = 'held'"),
    )
    op.create_table(
        "reservation_lines",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.Column("restocked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.CheckConstraint("qty > 0", name=op.f("ck_reservation_lines_qty")),
        sa.CheckConstraint("restocked BETWEEN 0 AND qty", name=op.f("ck_reservation_lines_restocked")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["reservations.order_id"], name=op.f("fk_reservation_lines_order_id_reservations")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_reservation_lines_product_id_products")),
        sa.PrimaryKeyConstraint("order_id", "product_id", name=op.f("pk_reservation_lines")),
    )
    op.create_table(
        "restocks",
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["reservations.order_id"], name=op.f("fk_restocks_order_id_reservations")
        ),
        sa.PrimaryKeyConstraint("refund_id", name=op.f("pk_restocks")),
    )


def downgrade() -> None:
    op.drop_table("restocks")
    op.drop_table("reservation_lines")
    op.drop_index("ix_reservations_held", table_name="reservations", postgresql_where=sa.text("status = 'held'"))
    op.drop_table("reservations")
