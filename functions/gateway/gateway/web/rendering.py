"""Templates become answers here. jinja2 is imported with the first page: JSON routes do without."""

from functools import cache
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from gateway import badge, merging, session
from gateway.web import assets, form_tokens
from shopkit.errors import ShopError

if TYPE_CHECKING:
    from jinja2 import Environment

SHOP_NAME = "Serverless Shop"
HEADERS = {
    # A page shows who is signed in and what is in stock now: browsers may keep it, but ask before they show it again.
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' https: http: data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("gateway.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(asset=assets.address, shop_name=SHOP_NAME)
    return environment


async def page(
    request: Request, template: str, *, status: int = 200, with_form: bool = False, **content: Any
) -> HTMLResponse:
    """A page out of a template, which gets `visitor` and `csrf_token` besides its `content`.

    The token is empty for nobody, unless a form that nobody may post is on the page: `with_form`. The page also tells,
    once, of a guest's cart that has come into the visitor's.
    """
    visitor = await session.visitor(request)
    token = await form_tokens.token_for(request) if visitor.is_signed_in or with_form else ""
    if (merged := merging.news_in(request)) is not None:
        visitor.set_cookie(merging.NOTE_FORGOTTEN)
    return _rendered(template, status, request=request, visitor=visitor, csrf_token=token, merged=merged, **content)


async def error_page(request: Request, problem: dict[str, Any]) -> HTMLResponse:
    """A failure as a page; as for nobody, where it cannot be told who is signed in."""
    try:
        return await page(request, "error.html", status=problem["status"], problem=problem)
    except ShopError:
        nobody = session.Visitor()
        return _rendered(
            "error.html",
            problem["status"],
            request=request,
            visitor=nobody,
            csrf_token="",
            merged=None,
            problem=problem,
        )


def _rendered(template: str, status: int, *, request: Request, **content: Any) -> HTMLResponse:
    count = badge.count_in(request)
    text = _templates().get_template(template).render(request=request, cart_count=count, **content)
    return HTMLResponse(text, status, HEADERS)
