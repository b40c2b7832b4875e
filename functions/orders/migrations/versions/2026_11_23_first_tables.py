"""Orders, their items, events and addresses; outbox, inbox and idempotency keys."""

from alembic import op

revision = "2026_11_23_first_tables"
down_revision = None
branch_labels = None
depends_on = None

ORDERS = """
CREATE TABLE orders (
    id uuid CONSTRAINT pk_orders PRIMARY KEY,
    user_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'placing',
    recovery_point text NOT NULL DEFAULT 'begun',
    leased_until timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 0,
    cart_id uuid NOT NULL,
    cart_version integer NOT NULL,
    cart_lines jsonb NOT NULL,
    accepts_price_changes boolean NOT NULL,
    idempotency_key text,
    currency text NOT NULL,
    shipping_method text NOT NULL,
    shipping numeric(12, 2) NOT NULL,
    subtotal numeric(12, 2) NOT NULL DEFAULT 0,
    discount numeric(12, 2) NOT NULL DEFAULT 0,
    total numeric(12, 2) NOT NULL DEFAULT 0,
    payment_id uuid,
    placed_at timestamptz,
    paid_at timestamptz,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ck_orders_status CHECK (
        status IN ('placing', 'rejected', 'created', 'paid', 'processing', 'completed', 'cancelled')),
    CONSTRAINT ck_orders_recovery_point CHECK (recovery_point IN ('begun', 'created', 'refused', 'finished')),
    CONSTRAINT ck_orders_total CHECK (total = subtotal - discount + shipping OR version = 0),
    CONSTRAINT ck_orders_placed CHECK ((placed_at IS NULL) = (version = 0)),
    CONSTRAINT ck_orders_paid CHECK ((paid_at IS NULL) = (payment_id IS NULL))
);
CREATE UNIQUE INDEX uq_orders_cart ON orders (cart_id, cart_version) WHERE status <> 'rejected';
CREATE INDEX ix_orders_user ON orders (user_id, created_at, id);
CREATE INDEX ix_orders_newest ON orders (created_at, id);
CREATE INDEX ix_orders_status ON orders (status, created_at, id);
CREATE INDEX ix_orders_unfinished ON orders (leased_until) WHERE recovery_point <> 'finished';
CREATE INDEX ix_orders_paid ON orders (paid_at, id) WHERE paid_at IS NOT NULL;
CREATE INDEX ix_orders_unpaid ON orders (expires_at) WHERE status = 'created';
"""

PARTS = """
CREATE TABLE order_items (
    order_id uuid NOT NULL CONSTRAINT fk_order_items_order_id_orders REFERENCES orders ON DELETE CASCADE,
    position integer NOT NULL,
    product_id uuid NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    qty integer NOT NULL CONSTRAINT ck_order_items_qty CHECK (qty > 0),
    unit_price numeric(12, 2) NOT NULL,
    line_total numeric(12, 2) NOT NULL,
    CONSTRAINT pk_order_items PRIMARY KEY (order_id, position)
);
CREATE INDEX ix_order_items_sku ON order_items (lower(sku));

CREATE TABLE order_events (
    id uuid DEFAULT gen_random_uuid() CONSTRAINT pk_order_events PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT fk_order_events_order_id_orders REFERENCES orders ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    type text NOT NULL,
    by text NOT NULL,
    note text,
    correlation_id text NOT NULL
);
CREATE INDEX ix_order_events_order ON order_events (order_id, at);

CREATE TABLE addresses (
    order_id uuid CONSTRAINT pk_addresses PRIMARY KEY
        CONSTRAINT fk_addresses_order_id_orders REFERENCES orders ON DELETE CASCADE,
    name text NOT NULL,
    line1 text NOT NULL,
    line2 text,
    city text NOT NULL,
    postcode text NOT NULL,
    country text NOT NULL
);
CREATE INDEX ix_addresses_name ON addresses USING gin (name gin_trgm_ops);
"""

EVENTS = """
CREATE TABLE outbox (
    id uuid DEFAULT gen_random_uuid() CONSTRAINT pk_outbox PRIMARY KEY,
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
"""


def upgrade() -> None:
    # a trusted extension: the owner of the database may create it
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for tables in (ORDERS, PARTS, EVENTS):
        op.execute(tables)


def downgrade() -> None:
    op.execute("DROP TABLE idempotency, inbox, outbox, addresses, order_events, order_items, orders")
