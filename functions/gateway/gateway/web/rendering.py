"""Templates become answers here. jinja2 is imported with the first page: JSON routes do without."""

from functools import cache
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from gateway import session
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

    The token is empty for nobody, unless a form that nobody may post is on the page: `with_form`.
    """
    visitor = await session.visitor(request)
    token = await form_tokens.token_for(request) if visitor.is_signed_in or with_form else ""
    return _rendered(template, status, request=request, visitor=visitor, csrf_token=token, **content)


async def error_page(request: Request, problem: dict[str, Any]) -> HTMLResponse:
    """A failure as a page; as for nobody, where it cannot be told who is signed in."""
    try:
        return await page(request, "error.html", status=problem["status"], problem=problem)
    except ShopError:
        nobody = session.Visitor()
        return _rendered(
            "error.html", problem["status"], request=request, visitor=nobody, csrf_token="", problem=problem
        )


def _rendered(template: str, status: int, **content: Any) -> HTMLResponse:
    return HTMLResponse(_templates().get_template(template).render(content), status, HEADERS)
