"""Lists of products: a page in one statement, its facets in another."""

from functools import lru_cache
from typing import Any

from psycopg.sql import SQL, Composed

from catalog import pages
from catalog.presentation import CARD, PRODUCT, parameters
from catalog.schemas import ListQuery
from catalog.searching import (
    P,
    S,
    Shape,
    about_category,
    about_listing,
    about_price,
    about_product,
    about_variants,
    shown,
)
from catalog.sorting import ORDERS, STANDS_BY
from shopkit.db.reading import fetch_one
from shopkit.errors import InvalidRequest

PRODUCTS = SQL("""
SELECT {product}::text AS body, {texts} AS keys
FROM (
    SELECT p.*, {columns} FROM products p
    WHERE {about_product} AND {about_listing} AND {after}
    ORDER BY {clause} LIMIT %(rows)s
) p
JOIN listings l ON l.id = p.listing_id
ORDER BY {clause}""")

LISTINGS = SQL("""
SELECT {card}::text AS body, {texts} AS keys
FROM (
    SELECT p.listing_id, {columns} FROM products p
    WHERE {p_shown}
      AND NOT EXISTS (
        SELECT FROM products s
        WHERE s.listing_id = p.listing_id AND {s_shown} AND (s.{first}, s.id) < (p.{first}, p.id))
      AND {about_listing}
      AND {about_variants}
      AND {after}
    ORDER BY {clause} LIMIT %(rows)s
) page
JOIN listings l ON l.id = page.listing_id
JOIN LATERAL (
    SELECT p.* FROM products p WHERE p.listing_id = l.id AND {p_shown} ORDER BY p.position, p.id LIMIT 1
) p ON true
JOIN LATERAL (
    SELECT count(*) AS variants, min(s.price) AS price, max(s.price) AS price_to, sum(s.stock) AS stock
    FROM products s WHERE s.listing_id = l.id AND {s_shown}
) v ON true
ORDER BY {clause}""")
"""One row a listing. A variant that has all that is asked for brings its listing in."""

FACETS = SQL("""
WITH found AS MATERIALIZED (
    SELECT p.listing_id, min(p.price) AS lowest, max(p.price) AS highest, count(*) FILTER (WHERE {about_price}) AS units
    FROM products p
    WHERE {about_product} AND {about_listing}
    GROUP BY p.listing_id
)
SELECT json_build_object(
    'categories', (
        SELECT coalesce(json_agg(json_build_object('slug', c.slug, 'name', c.name, 'count', n.count)
            ORDER BY n.count DESC, c.slug), '[]')
        FROM (
            SELECT pc.category_id, {count} AS count
            FROM found f JOIN product_categories pc ON pc.listing_id = f.listing_id
            WHERE f.units > 0 GROUP BY pc.category_id
        ) n JOIN categories c ON c.id = n.category_id),
    'price', (
        SELECT json_build_object('min', min(f.lowest)::text, 'max', max(f.highest)::text)
        FROM found f WHERE {about_category}))::text AS body""")
"""A facet leaves its own filter aside: it tells what choosing otherwise would give."""


@lru_cache(maxsize=256)
def page_statement(shape: Shape) -> SQL:
    order = ORDERS[shape.sort]
    parts: dict[str, SQL | Composed] = {
        "texts": order.texts,
        "columns": order.columns,
        "clause": order.clause,
        "after": order.after if shape.continued else SQL("true"),
        "about_listing": about_listing(shape),
    }
    if not shape.grouped:
        return _fixed(PRODUCTS.format(**parts, product=PRODUCT, about_product=about_product(shape, P)))
    return _fixed(
        LISTINGS.format(
            **parts,
            card=CARD,
            p_shown=shown(shape, P),
            s_shown=shown(shape, S),
            first=STANDS_BY.get(shape.sort, SQL("position")),
            about_variants=about_variants(shape),
        )
    )


@lru_cache(maxsize=256)
def facets_statement(shape: Shape) -> SQL:
    rest = shape.without("category", "min_price", "max_price")
    return _fixed(
        FACETS.format(
            about_price=about_price(shape),
            about_category=about_category(shape, SQL("f")),
            about_product=about_product(rest, P),
            about_listing=about_listing(rest),
            count=SQL("count(*)" if shape.grouped else "sum(f.units)"),
        )
    )


def _fixed(statement: Composed) -> SQL:
    """The statement as one text: joining some hundred parts at each request would cost more than planning it."""
    return SQL(statement.as_string())


async def products(asked: ListQuery) -> str:
    """The members of a list's JSON: a page of products, or of listings, one row each; the facets if asked for.

    Raises InvalidRequest for prices the wrong way round, relevance to nothing, and a broken cursor.
    """
    _check(asked)
    filters, grouped = asked.filters, asked.group is not None
    shape = Shape(filters.given, asked.shown, grouped, asked.sort, asked.cursor is not None)
    values = parameters(**filters.parameters)
    members = await pages.page(
        page_statement(shape),
        ORDERS[shape.sort],
        values,
        name=f"{shape.sort} by handle" if grouped else shape.sort,
        limit=asked.limit,
        cursor=asked.cursor,
    )
    return f'{members},"facets":{await _facets(shape, values)}' if asked.facets else members


async def _facets(shape: Shape, values: dict[str, Any]) -> str:
    row = await fetch_one(facets_statement(shape), values)
    assert row is not None  # noqa: S101  # an aggregate has one row
    body: str = row["body"]
    return body


def _check(asked: ListQuery) -> None:
    if asked.min_price is not None and asked.max_price is not None and asked.min_price > asked.max_price:
        raise InvalidRequest("min_price must not be above max_price.", field="min_price", where="query")
    if asked.sort == "relevance" and not asked.filters.words:
        raise InvalidRequest("Sorting by relevance needs q.", field="sort", where="query")
