"""Which products a list shows: every filter as a condition, every value bound as a parameter."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from psycopg.sql import SQL, Composable, Composed

from catalog.sorting import Name

MOST_WORDS = 8
"""Further words of a search are left out."""


Shown = Literal["active", "inactive", "all"]
"""Which products count at all."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the caller asks for; None (and no words) ask for nothing."""

    q: str = ""
    sku: str | None = None
    name: str | None = None
    category: str | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    in_stock: bool | None = None

    @property
    def words(self) -> list[str]:
        return list(dict.fromkeys(self.q.split()))[:MOST_WORDS]

    @property
    def given(self) -> frozenset[str]:
        """The names of the filters that are given; of a search the number of its words matters too."""
        names = (name for name in self.__slots__ if name != "q" and getattr(self, name) is not None)
        return frozenset((*names, *(f"word_{n}" for n in range(len(self.words)))))

    @property
    def parameters(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in ("sku", "category", "min_price", "max_price", "in_stock")}
        return plain | {
            "name": f"%{escaped(self.name or '')}%",
            "q": self.q,
            "q_first": f"{escaped(self.q)}%",
            "q_anywhere": f"%{escaped(self.q)}%",
            **{f"word_{n}": f"%{escaped(word)}%" for n, word in enumerate(self.words)},
        }


@dataclass(frozen=True, slots=True)
class Shape:
    """All that the text of a list's statement depends on: statements are composed once a shape."""

    given: frozenset[str]
    shown: Shown
    grouped: bool
    sort: Name
    continued: bool

    def without(self, *names: str) -> "Shape":
        return replace(self, given=self.given.difference(names))


def escaped(text: str) -> str:
    r"""The text as LIKE takes it literally: `%`, `_` and `\` mean themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


SHOWN: dict[Shown, SQL] = {
    "active": SQL("{p}.is_active"),
    "inactive": SQL("NOT {p}.is_active"),
    "all": SQL("{p}.listing_id IS NOT NULL"),
}

FILTERS = {
    "sku": SQL("{p}.sku = %(sku)s"),
    # the index is on `search`, which contains the name
    "name": SQL("{p}.search ILIKE %(name)s AND {p}.name ILIKE %(name)s"),
    "min_price": SQL("{p}.price >= %(min_price)s"),
    "max_price": SQL("{p}.price <= %(max_price)s"),
}
"""Conditions on one product."""
PRICES = ("min_price", "max_price")

WORD = SQL("{p}.search ILIKE {word}")
"""A word stands in the name, the SKU or the description."""

IN_STOCK = SQL("({p}.stock > 0) = %(in_stock)s")

LISTING_IN_STOCK = SQL("""EXISTS (
    SELECT FROM products s WHERE s.listing_id = p.listing_id AND {shown} AND s.stock > 0) = %(in_stock)s""")

CATEGORY = SQL("""{p}.listing_id IN (
    SELECT pc.listing_id FROM product_categories pc JOIN categories c ON c.id = pc.category_id
    WHERE c.slug = %(category)s)""")

P, S = SQL("p"), SQL("s")
"""A product, and one of its siblings (itself among them)."""


def shown(shape: Shape, p: SQL) -> Composed:
    """That a product counts at all; a deleted one never does."""
    return SQL("{p}.listing_id IS NOT NULL AND {counts}").format(p=p, counts=SHOWN[shape.shown].format(p=p))


def about_price(shape: Shape, p: SQL = P) -> Composed:
    return _all(FILTERS[name].format(p=p) for name in PRICES if name in shape.given)


def about_category(shape: Shape, p: SQL = P) -> Composed:
    return _all([CATEGORY.format(p=p)] if "category" in shape.given else [])


def _asked_of_product(shape: Shape, p: SQL) -> list[Composed]:
    conditions = [condition.format(p=p) for name, condition in FILTERS.items() if name in shape.given]
    if "in_stock" in shape.given and not shape.grouped:
        conditions.append(IN_STOCK.format(p=p))
    words = sorted(name for name in shape.given if name.startswith("word_"))
    return conditions + [WORD.format(p=p, word=SQL(f"%({word})s")) for word in words]


def about_product(shape: Shape, p: SQL) -> Composed:
    """That a product itself counts and has what is asked for."""
    return _all([shown(shape, p), *_asked_of_product(shape, p)])


def about_variants(shape: Shape) -> Composed:
    """That one of the variants of a product `p` counts and has what is asked for."""
    if not _asked_of_product(shape, S):
        return _all([])
    return SQL("p.listing_id IN (SELECT s.listing_id FROM products s WHERE {})").format(about_product(shape, S))


def about_listing(shape: Shape) -> Composed:
    """That the listing of a product `p` has what is asked for."""
    conditions: list[Composable] = [about_category(shape)]
    if "in_stock" in shape.given and shape.grouped:
        conditions.append(LISTING_IN_STOCK.format(shown=shown(shape, S)))
    return _all(conditions)


def _all(conditions: Iterable[Composable]) -> Composed:
    return SQL(" AND ").join([SQL("true"), *conditions])
