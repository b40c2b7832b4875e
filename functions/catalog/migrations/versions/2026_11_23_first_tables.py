"""Listings, products, categories, images and the stock ledger."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_first_tables"
down_revision = None
branch_labels = None
depends_on = None

SEARCH_OF_PRODUCT = """
CREATE FUNCTION products_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search := concat_ws(' ', NEW.name, NEW.sku, (
        SELECT regexp_replace(description, '<[^>]*>', ' ', 'g') FROM listings WHERE id = NEW.listing_id));
    RETURN NEW;
END $$;

CREATE TRIGGER products_search BEFORE INSERT OR UPDATE OF name, sku, listing_id ON products
FOR EACH ROW EXECUTE FUNCTION products_search();
"""

SEARCH_OF_LISTING = """
CREATE FUNCTION listings_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE products SET name = name WHERE listing_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER listings_search AFTER UPDATE OF description ON listings
FOR EACH ROW WHEN (OLD.description IS DISTINCT FROM NEW.description) EXECUTE FUNCTION listings_search();
"""


def upgrade() -> None:
    # a trusted extension: the owner of the database may create it
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "categories",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("slug", name=op.f("uq_categories_slug")),
    )
    op.create_table(
        "listings",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("vendor", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
        sa.UniqueConstraint("handle", name=op.f("uq_listings_handle")),
    )
    op.create_table(
        "product_categories",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["categories.id"],
            name=op.f("fk_product_categories_category_id_categories"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listings.id"], name=op.f("fk_product_categories_listing_id_listings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listing_id", "category_id", name=op.f("pk_product_categories")),
    )
    op.create_index(op.f("ix_product_categories_category_id"), "product_categories", ["category_id"], unique=False)
    op.create_table(
        "product_images",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("storage_key", sa.Text(), nullable=True),
        sa.Column("alt", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(url IS NULL) <> (storage_key IS NULL)", name=op.f("ck_product_images_place")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listings.id"], name=op.f("fk_product_images_listing_id_listings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_images")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_product_images_storage_key")),
    )
    op.create_index("ix_product_images_listing", "product_images", ["listing_id", "position", "id"], unique=False)
    op.create_table(
        "products",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("compare_at_price", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("stock", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("position", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(listing_id IS NULL) = (deleted_at IS NOT NULL)", name=op.f("ck_products_deleted")),
        sa.CheckConstraint("compare_at_price >= 0", name=op.f("ck_products_compare_at_price")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_products_price")),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_products_stock")),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("fk_products_listing_id_listings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
    )
    op.create_index("ix_products_listing", "products", ["listing_id", "position", "id"], unique=False)
    op.create_index("ix_products_name", "products", [sa.literal_column("lower(name)"), "id"], unique=False)
    op.create_index("ix_products_newest", "products", ["created_at", "id"], unique=False)
    op.create_index("ix_products_price", "products", ["price", "id"], unique=False)
    op.create_index(
        "ix_products_search",
        "products",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_index("uq_products_sku", "products", ["sku"], unique=True, postgresql_where=sa.text("deleted_at IS NULL"))
    op.create_index(
        "uq_products_variant", "products", ["listing_id", sa.literal_column("(options::jsonb)")], unique=True
    )
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stock_after", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("delta <> 0", name=op.f("ck_stock_movements_delta")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_stock_movements_product_id_products")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movements")),
    )
    op.create_index("ix_stock_movements_product", "stock_movements", ["product_id", "created_at", "id"], unique=False)
    op.execute(SEARCH_OF_PRODUCT)
    op.execute(SEARCH_OF_LISTING)


def downgrade() -> None:
    op.drop_index("ix_stock_movements_product", table_name="stock_movements")
    op.drop_table("stock_movements")
    op.drop_index("uq_products_variant", table_name="products")
    op.drop_index("uq_products_sku", table_name="products", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index(
        "ix_products_search", table_name="products", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}
    )
    op.drop_index("ix_products_price", table_name="products")
    op.drop_index("ix_products_newest", table_name="products")
    op.drop_index("ix_products_name", table_name="products")
    op.drop_index("ix_products_listing", table_name="products")
    op.drop_table("products")
    op.drop_index("ix_product_images_listing", table_name="product_images")
    op.drop_table("product_images")
    op.drop_index(op.f("ix_product_categories_category_id"), table_name="product_categories")
    op.drop_table("product_categories")
    op.drop_table("listings")
    op.drop_table("categories")
    op.execute("DROP FUNCTION products_search, listings_search")
