"""Keyset paging: nothing twice, nothing left out, whatever is written meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from factories.catalogue import STOCK_UP, Catalogue
from factories.product_files import Rows

LISTINGS, VARIANTS = 260, 2
INSERT = """
WITH l AS (INSERT INTO listings (handle, description) VALUES (gen_random_uuid(), 'oak') RETURNING id, handle)
INSERT INTO products (listing_id, sku, name, options, price)
SELECT id, handle, 'Thing ' || (random() * 7)::int, '{}', (random() * 15)::int FROM l"""


@contextmanager
def somebody_writing(address: str) -> Iterator[None]:
    """Inserts products from another thread for as long as the block runs, and at least one."""
    done = threading.Event()

    def write() -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(INSERT)
            while not done.is_set():
                connection.execute(INSERT)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        done.set()
        writer.join()


def all_pages(shop: Catalogue, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = shop.listed(limit=20, **query, **({"cursor": cursor} if cursor else {}))
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


@pytest.mark.parametrize("sort", ["newest", "price", "-price", "name", "relevance"])
@pytest.mark.parametrize("group", [{}, {"group": "handle"}], ids=["products", "listings"])
def test_every_page(shop: Catalogue, rows: Rows, database: str, sort: str, group: dict[str, str]) -> None:
    rows.execute(STOCK_UP, [LISTINGS, VARIANTS])
    query = {"sort": sort, **group, **({"q": "oak"} if sort == "relevance" else {})}
    expected = {item["id"] for item in all_pages(shop, **query)}
    assert len(expected) == (LISTINGS if group else LISTINGS * VARIANTS)
    with somebody_writing(database):
        items = all_pages(shop, **query)
    seen = [item["id"] for item in items]
    assert len(seen) == len(set(seen))
    assert expected <= set(seen)


def test_the_longest_names(shop: Catalogue) -> None:
    names = [f"{'🪁' * 199}{letter}" for letter in "abc"]
    for name in names:
        shop.product(name=name)
    pages = [shop.listed(sort="name", limit=1)]
    while cursor := pages[-1]["next_cursor"]:
        pages.append(shop.listed(sort="name", limit=1, cursor=cursor))
    assert [item["name"] for page in pages for item in page["items"]] == names


@pytest.mark.parametrize(
    ("sort", "column", "descending"),
    [("newest", "created_at", True), ("price", "price", False), ("-price", "price", True), ("name", "name", False)],
)
def test_order(shop: Catalogue, rows: Rows, sort: str, column: str, *, descending: bool) -> None:
    rows.execute(STOCK_UP, [40, VARIANTS])
    for group in ({}, {"group": "handle"}):
        values = [item[column] for item in all_pages(shop, sort=sort, **group)]
        numbers = [float(value) for value in values] if column == "price" else [str(value).lower() for value in values]
        assert numbers == sorted(numbers, reverse=descending)
