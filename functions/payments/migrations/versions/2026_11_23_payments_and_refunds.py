"""Payments, refunds, webhook events, the tables of the kit, and the emulated provider's ledger."""

from alembic import op

revision = "2026_11_23_payments_and_refunds"
down_revision = None
branch_labels = None
depends_on = None

PAYMENTS = """
CREATE TABLE payments (
    id uuid CONSTRAINT pk_payments PRIMARY KEY,
    order_id uuid NOT NULL,
    user_id uuid NOT NULL,
    amount numeric(12, 2) NOT NULL CONSTRAINT ck_payments_amount CHECK (amount >= 0),
    currency text NOT NULL,
    method text NOT NULL,
    status text NOT NULL DEFAULT 'pending'
        CONSTRAINT ck_payments_status CHECK (status IN ('pending', 'in_doubt', 'succeeded', 'failed')),
    provider text NOT NULL,
    provider_charge_id text,
    reason text,
    order_told_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX uq_payments_order ON payments (order_id) WHERE status IN ('pending', 'in_doubt', 'succeeded');
CREATE INDEX ix_payments_order ON payments (order_id, created_at, id);
CREATE INDEX ix_payments_unsettled ON payments (created_at)
    WHERE status IN ('pending', 'in_doubt') OR (status = 'succeeded' AND order_told_at IS NULL);
CREATE INDEX ix_payments_created_at ON payments (created_at, id);

CREATE TABLE refunds (
    id uuid CONSTRAINT pk_refunds PRIMARY KEY DEFAULT gen_random_uuid(),
    payment_id uuid NOT NULL
        CONSTRAINT fk_refunds_payment_id_payments REFERENCES payments
        CONSTRAINT uq_refunds_payment_id UNIQUE,
    order_id uuid NOT NULL,
    amount numeric(12, 2) NOT NULL CONSTRAINT ck_refunds_amount CHECK (amount >= 0),
    currency text NOT NULL,
    reason text NOT NULL,
    status text NOT NULL DEFAULT 'requested'
        CONSTRAINT ck_refunds_status CHECK (status IN ('requested', 'succeeded')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ix_refunds_requested ON refunds (created_at) WHERE status = 'requested';

CREATE TABLE webhook_events (
    provider text,
    event_id text,
    type text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_webhook_events PRIMARY KEY (provider, event_id)
);
"""

KIT = """
CREATE TABLE idempotency (
    scope text,
    key text,
    fingerprint text NOT NULL,
    subject uuid NOT NULL,
    lease_until timestamptz,
    status integer,
    body bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_idempotency PRIMARY KEY (scope, key)
);
CREATE INDEX ix_idempotency_created_at ON idempotency (created_at);

CREATE TABLE outbox (
    id uuid CONSTRAINT pk_outbox PRIMARY KEY DEFAULT gen_random_uuid(),
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

CREATE TABLE inbox (
    event_id uuid CONSTRAINT pk_inbox PRIMARY KEY,
    type text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);
"""

EMULATED_PROVIDER = """
CREATE SCHEMA emulated_provider;
CREATE TABLE emulated_provider.charges (
    id text PRIMARY KEY,
    idempotency_key text NOT NULL UNIQUE,
    amount numeric(12, 2) NOT NULL,
    currency text NOT NULL,
    status text NOT NULL CHECK (status IN ('captured', 'declined')),
    method text NOT NULL,
    order_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX charges_created_at ON emulated_provider.charges (created_at, id);
CREATE TABLE emulated_provider.refunds (
    id text PRIMARY KEY,
    idempotency_key text NOT NULL UNIQUE,
    charge_id text NOT NULL REFERENCES emulated_provider.charges,
    amount numeric(12, 2) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX refunds_charge ON emulated_provider.refunds (charge_id);
"""


def upgrade() -> None:
    for statements in (PAYMENTS, KIT, EMULATED_PROVIDER):
        op.execute(statements)


def downgrade() -> None:
    op.execute("DROP SCHEMA emulated_provider CASCADE")
    for table in ("inbox", "outbox", "idempotency", "webhook_events", "refunds", "payments"):
        op.drop_table(table)
