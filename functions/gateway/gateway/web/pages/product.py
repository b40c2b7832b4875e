"""`/products/{handle}`: one product in all its variants."""

import json
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from gateway import services
from gateway.routing import route
from gateway.web import presenters, sanitising
from gateway.web.basket import MOST_UNITS
from gateway.web.rendering import page
from shopkit.errors import NotFound, Unavailable

RELATED = 4


async def product(request: Request) -> Response:
    """Raises NotFound and Unavailable."""
    handle = request.path_params["handle"]
    answer = await services.read_catalog(f"/products/by-handle/{quote(handle, safe='')}")
    if answer.status != 200:  # noqa: PLR2004
        raise NotFound
    detail = presenters.detail_of(json.loads(answer.body), request.query_params.get("variant", ""))
    return await page(
        request,
        "shop/product.html",
        with_form=detail.left > 0,
        product=detail,
        most_units=MOST_UNITS,
        description=sanitising.harmless(detail.description),
        crumbs=_crumbs(detail),
        related=await _related(detail),
    )


def _crumbs(detail: presenters.Detail) -> list[tuple[str, str]]:
    within = [(presenters.title_of(slug), f"/?{urlencode({'category': slug})}") for slug in detail.categories[:1]]
    return [("Shop", "/"), *within, (detail.name, "")]


async def _related(detail: presenters.Detail) -> list[presenters.Card]:
    """Others of the same category; none where catalog does not answer, since the page does without."""
    if not detail.categories:
        return []
    query = urlencode({"group": "handle", "category": detail.categories[0], "limit": RELATED + 1})
    try:
        answer = await services.read_catalog("/products", query)
    except Unavailable:
        return []
    cards = presenters.cards_of(json.loads(answer.body).get("items", []))
    return [card for card in cards if card.address != detail.address][:RELATED]


ROUTES = [route("/products/{handle}", get=product)]
