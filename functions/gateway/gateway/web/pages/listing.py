"""`/`: the shop window, one card for each product."""

import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway import services
from gateway.web import presenters
from gateway.web.rendering import page
from shopkit.errors import Unavailable

ON_A_PAGE = 24
PAGES_REMEMBERED = 30
"""How far `Previous` leads back; the addresses would grow without end otherwise."""
SORTS = {"newest": "Newest first", "price": "Price, low to high", "-price": "Price, high to low", "name": "Name"}
BY_RELEVANCE = {"relevance": "Best match"}


@dataclass(frozen=True, slots=True)
class View:
    """What of the shop a visitor looks at; every field is as the address has it, empty where it says nothing.

    Catalog's lists only lead forward, so `trail` remembers the cursors of the pages before this one.
    """

    q: str = ""
    category: str = ""
    min_price: str = ""
    max_price: str = ""
    in_stock: str = ""
    sort: str = ""
    cursor: str = ""
    trail: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: QueryParams) -> "View":
        names = ("q", "category", "min_price", "max_price", "in_stock", "sort", "cursor")
        trail = tuple(filter(None, query.get("trail", "").split(".")))
        return cls(**{name: query.get(name, "").strip() for name in names}, trail=trail[-PAGES_REMEMBERED:])

    @property
    def sorts(self) -> dict[str, str]:
        return {**BY_RELEVANCE, **SORTS} if self.q else SORTS

    @property
    def sorted_by(self) -> str:
        return self.sort or next(iter(self.sorts))

    @property
    def is_filtered(self) -> bool:
        return bool(self.q or self.category or self.is_narrowed)

    @property
    def is_narrowed(self) -> bool:
        """Whether there is something in the filter form."""
        return bool(self.min_price or self.max_price or self.in_stock)

    @property
    def is_front(self) -> bool:
        """Whether this is the shop's entrance."""
        return self == View()

    def catalog_query(self) -> str:
        asked = {
            "q": self.q,
            "category": self.category,
            "min_price": self.min_price,
            "max_price": self.max_price,
            "in_stock": self.in_stock,
            "sort": self.sorted_by,
            "cursor": self.cursor,
        }
        given = {name: value for name, value in asked.items() if value}
        return urlencode({"group": "handle", "facets": "true", "limit": ON_A_PAGE, **given})

    def address(self, **changes: str) -> str:
        """The address of the first page of this view with some things changed."""
        return _address(replace(self, cursor="", trail=(), **changes))

    @property
    def previous_address(self) -> str:
        if not self.cursor:
            return ""
        return _address(replace(self, cursor=self.trail[-1] if self.trail else "", trail=self.trail[:-1]))

    def next_address(self, cursor: str | None) -> str:
        if not cursor:
            return ""
        trail = (*self.trail, self.cursor) if self.cursor else ()
        return _address(replace(self, cursor=cursor, trail=trail[-PAGES_REMEMBERED:]))


def _address(view: View) -> str:
    fields = {
        "q": view.q,
        "category": view.category,
        "min_price": view.min_price,
        "max_price": view.max_price,
        "in_stock": view.in_stock,
        "sort": view.sort,
        "cursor": view.cursor,
        "trail": ".".join(view.trail),
    }
    query = urlencode({name: value for name, value in fields.items() if value})
    return f"/?{query}" if query else "/"


NOTHING: dict[str, Any] = {"items": [], "next_cursor": None, "facets": {"categories": [], "price": None}}


async def listing(request: Request) -> Response:
    """The list as the public sees it, administrators too: what they switched off is gone from here."""
    view = View.of(request.query_params)
    try:
        answer = await services.read_catalog("/products", view.catalog_query())
    except Unavailable:
        return await _show(request, view, NOTHING, notice="unavailable")
    found = json.loads(answer.body)
    if answer.status != 200:  # noqa: PLR2004
        return await _show(request, view, NOTHING, status=answer.status, notice=found["detail"])
    return await _show(request, view, found)


async def _show(
    request: Request, view: View, found: dict[str, Any], *, status: int = 200, notice: str = ""
) -> Response:
    return await page(
        request,
        "shop/listing.html",
        status=status,
        view=view,
        notice=notice,
        heading=_heading(view, found["facets"]["categories"]),
        cards=presenters.cards_of(found["items"]),
        categories=found["facets"]["categories"],
        next_address=view.next_address(found["next_cursor"]),
    )


def _heading(view: View, categories: list[dict[str, Any]]) -> str:
    if view.q:
        return f"Results for “{view.q}”"
    names = {each["slug"]: each["name"] for each in categories}
    if view.category:
        return str(names.get(view.category) or presenters.title_of(view.category))
    return "All products"


ROUTES = [Route("/", listing)]
