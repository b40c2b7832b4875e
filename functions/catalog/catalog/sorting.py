"""The orders in which products are listed."""

from typing import Literal
from uuid import UUID

from psycopg.sql import SQL

from catalog.domain import amount, line
from catalog.pages import Key, Order, moment

Name = Literal["newest", "price", "-price", "name", "relevance"]


ID = Key(SQL("p.id"), UUID)
CREATED = Key(SQL("p.created_at"), moment)
PRICE = Key(SQL("p.price"), amount)
NAME = Key(SQL("lower(p.name)"), line)
SCORE = Key(
    SQL("""CASE
        WHEN lower(p.sku) = lower(%(q)s) THEN 4
        WHEN lower(p.name) = lower(%(q)s) THEN 3
        WHEN p.name ILIKE %(q_first)s THEN 2
        WHEN p.name ILIKE %(q_anywhere)s THEN 1
        ELSE 0 END"""),
    int,
)
"""How well a product answers the words asked for; to be listed at all it has them somewhere."""

ORDERS: dict[Name, Order] = {
    "newest": Order((CREATED, ID), descending=True),
    "price": Order((PRICE, ID)),
    "-price": Order((PRICE, ID), descending=True),
    "name": Order((NAME, ID)),
    "relevance": Order((SCORE, CREATED, ID), descending=True),
}

STANDS_BY: dict[Name, SQL] = {"price": SQL("price"), "-price": SQL("price")}
"""Where listings are sorted, the first of its products by this column stands for each: else by `position`."""
