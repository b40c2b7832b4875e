"""/admin: every sellable unit, found, switched on and off and restocked without leaving the list."""

import json
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from gateway import products
from gateway.routing import route
from gateway.session import Visitor
from gateway.web import forms, paging
from gateway.web.pages.admin.desk import HOME, for_admins, go_on, page
from gateway.web.rows import rows_of
from gateway.web.wording import about_list

STATES = {
    "": ("All products", {"active": "all"}),
    "on": ("Active", {"active": "true"}),
    "off": ("Switched off", {"active": "false"}),
    "sold-out": ("Sold out", {"active": "all", "in_stock": "false"}),
}
SORTS = {"newest": "Newest first", "name": "By name", "price": "Cheapest first", "-price": "Dearest first"}
ROWS = 50
FILTERS = ("q", "state", "sort", *paging.PARAMETERS)


@for_admins
async def show(request: Request, who: Visitor) -> Response:
    """The list; an address that catalog cannot make sense of gives an empty one and says why."""
    asked = filters_in(request.scope["query_string"].decode("latin-1"))
    answer = await products.ask(who, "GET", "/products", query=_query(asked))
    listed = json.loads(answer.body)
    refused = about_list(listed["detail"]) if answer.status >= 400 else ""  # noqa: PLR2004
    return await page(
        request,
        "list.html",
        status=answer.status,
        rows=rows_of(listed.get("items", [])),
        refused=refused,
        asked=asked,
        back=urlencode(asked),
        states=[(state, label) for state, (label, _) in STATES.items()],
        sorts=list(SORTS.items()),
        neighbours=paging.neighbours(HOME, asked, listed.get("next_cursor")),
    )


@for_admins
async def switch(request: Request, who: Visitor) -> Response:
    """Switch a product on or off, and go back to where it was in the list."""
    product_id = str(request.path_params["id"])
    form = await forms.genuine(request)
    active = form["is_active"] == "true"
    await products.change(who, product_id, {"is_active": active})
    return go_on(HOME, "on" if active else "off", query=filters_in(form["back"]), fragment=f"product-{product_id}")


def filters_in(query: str) -> dict[str, str]:
    """What of an address of this list tells which part of it is meant."""
    return {name: value for name, value in parse_qsl(query) if name in FILTERS}


def _query(asked: dict[str, str]) -> dict[str, str]:
    _, state = STATES.get(asked.get("state", ""), STATES[""])
    query = {"limit": str(ROWS), "sort": asked.get("sort", "newest"), **state}
    return query | {name: asked[name] for name in ("q", "cursor") if asked.get(name)}


ROUTES = [
    route("/admin", get=show),
    route("/admin/products/{id:uuid}/active", post=switch),
]
