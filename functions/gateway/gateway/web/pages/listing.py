"""`/`: the shop window, one card for each product."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from gateway import services
from gateway.routing import route
from gateway.web import presenters
from gateway.web.paging import first_page, neighbours
from gateway.web.rendering import page
from gateway.web.wording import about_list
from shopkit.errors import Unavailable

ON_A_PAGE = 24
SORTS = {"newest": "Newest first", "price": "Price, low to high", "-price": "Price, high to low", "name": "Name"}
BY_RELEVANCE = {"relevance": "Best match"}


@dataclass(frozen=True, slots=True)
class View:
    """What of the shop a visitor looks at; every field is as the address has it, empty where it says nothing."""

    q: str = ""
    category: str = ""
    min_price: str = ""
    max_price: str = ""
    in_stock: str = ""
    sort: str = ""
    cursor: str = ""
    trail: str = ""

    @classmethod
    def of(cls, query: QueryParams) -> "View":
        return cls(**{each.name: query.get(each.name, "").strip() for each in fields(cls)})

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
        given = {name: value for name, value in asdict(self).items() if value and name != "trail"}
        return urlencode({"group": "handle", "facets": "true", "limit": ON_A_PAGE, **given, "sort": self.sorted_by})

    def address(self, **changes: str) -> str:
        """The address of the first page of this view with some things changed."""
        return first_page("/", {**asdict(self), **changes})


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
        return await _show(request, view, NOTHING, status=answer.status, notice=about_list(found["detail"]))
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
        neighbours=neighbours("/", asdict(view), found["next_cursor"]),
    )


def _heading(view: View, categories: list[dict[str, Any]]) -> str:
    if view.q:
        return f"Results for “{view.q}”"
    names = {each["slug"]: each["name"] for each in categories}
    if view.category:
        return str(names.get(view.category) or presenters.title_of(view.category))
    return "All products"


ROUTES = [route("/", get=listing)]
