"""The catalogue as Shopify's product CSV. Importing it again changes nothing.

Cells that a spreadsheet would run as formulas begin with an apostrophe, which the import takes off again.
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from psycopg.sql import SQL

from catalog.domain import NO_OPTION
from catalog.presentation import IMAGES, parameters
from catalog.transfer import sheet
from catalog.transfer.shopify import HTML, category_slug
from shopkit.db.reading import fetch_all

HEADER = (
    *("Handle", "Title", HTML, "Vendor", "Type", "Tags", "Published"),
    *(f"Option{n} {part}" for n in (1, 2, 3) for part in ("Name", "Value")),
    *("Variant SKU", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty"),
    *("Variant Inventory Policy", "Variant Fulfillment Service", "Variant Price", "Variant Compare At Price"),
    *("Variant Requires Shipping", "Variant Taxable", "Variant Barcode"),
    *("Image Src", "Image Position", "Image Alt Text", "Gift Card", "SEO Title", "SEO Description"),
    *(
        f"Google Shopping / {name}"
        for name in (
            *("Google Product Category", "Gender", "Age Group", "MPN", "AdWords Grouping", "AdWords Labels"),
            *("Condition", "Custom Product", *(f"Custom Label {n}" for n in range(5))),
        )
    ),
    *("Variant Image", "Variant Weight Unit", "Variant Tax Code", "Cost per item"),
)
"""All columns of Shopify's own exports, in their order."""

UNSAID = {
    "Variant Inventory Tracker": "shopify",
    "Variant Inventory Policy": "deny",
    "Variant Fulfillment Service": "manual",
    "Variant Requires Shipping": "true",
    "Variant Taxable": "true",
}
"""What Shopify wants to know of a variant and we have no word for."""

LISTINGS = SQL("""
SELECT l.handle, l.description, l.vendor, {images} AS images, (
    SELECT coalesce(json_agg(json_build_object('name', c.name, 'slug', c.slug) ORDER BY pc.position, c.slug), '[]')
    FROM product_categories pc JOIN categories c ON c.id = pc.category_id
    WHERE pc.listing_id = l.id
) AS categories, json_agg(json_build_object(
    'sku', p.sku, 'name', p.name, 'options', p.options, 'stock', p.stock, 'is_active', p.is_active,
    'price', p.price::text, 'compare_at_price', p.compare_at_price::text
) ORDER BY p.position, p.id) AS products
FROM listings l JOIN products p ON p.listing_id = l.id
WHERE %(category)s::text IS NULL OR l.id IN (
    SELECT pc.listing_id FROM product_categories pc JOIN categories c ON c.id = pc.category_id
    WHERE c.slug = %(category)s)
GROUP BY l.id
ORDER BY l.created_at, l.id""").format(images=IMAGES)
"""Oldest first, as an import takes them."""

Facts = dict[str, Any]


async def products_csv(category: str | None) -> str:
    """All products that are not deleted, or those of the category with that slug. Raises DatabaseUnavailable."""
    listings = await fetch_all(LISTINGS, parameters(category=category))
    return sheet.write(HEADER, (row for listing in listings for row in _rows(listing)))


def _rows(listing: Facts) -> Iterator[dict[str, str]]:
    """The products with the pictures beside them, one a row, and what is left of either below."""
    first = listing["products"][0]
    for product, image in zip_longest(listing["products"], listing["images"]):
        yield {
            "Handle": listing["handle"],
            **(_shared(listing) if product is first else {}),
            **(_variant(product, first) if product else {}),
            **(_picture(image) if image else {}),
        }


def _shared(listing: Facts) -> dict[str, str]:
    kind, *tags = [*map(_category, listing["categories"]), ""]
    return {
        HTML: listing["description"],
        "Vendor": listing["vendor"],
        "Type": kind,
        "Tags": ", ".join(filter(None, tags)),
        "Gift Card": "false",
    }


def _category(category: Facts) -> str:
    """Its name, or its slug where an import would not take the name for it."""
    name, slug = category["name"], category["slug"]
    return str(name if "," not in name and category_slug(name) == slug else slug)


def _variant(product: Facts, first: Facts) -> dict[str, str]:
    says_title = product is first or product["name"] != first["name"]
    says_options = product is first or list(product["options"]) != list(first["options"])
    return {
        "Title": product["name"] if says_title else "",
        **dict(_options(product["options"], with_names=says_options)),
        "Published": str(product["is_active"]).lower(),
        "Variant SKU": product["sku"],
        "Variant Inventory Qty": str(product["stock"]),
        "Variant Price": product["price"],
        "Variant Compare At Price": product["compare_at_price"] or "",
        **UNSAID,
    }


def _options(options: dict[str, str], *, with_names: bool) -> Iterator[tuple[str, str]]:
    for n, (name, value) in enumerate([*options.items()] or [NO_OPTION], start=1):
        yield f"Option{n} Name", name if with_names else ""
        yield f"Option{n} Value", value


def _picture(image: Facts) -> dict[str, str]:
    return {"Image Src": image["url"], "Image Position": str(image["position"]), "Image Alt Text": image["alt"]}
