"""Addresses of pages with a slash too many at their end."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gateway.routing import ANY_METHOD
from gateway.web.addresses import own_path
from shopkit.errors import NotFound


async def without_slash(request: Request) -> Response:
    """On to the same address without it. Raises NotFound where that is no path of ours, as for `//host/`."""
    path, query = request.scope["path"].rstrip("/"), request.scope["query_string"].decode("latin-1")
    address = own_path(quote(path), otherwise="")
    if not address:
        raise NotFound
    return RedirectResponse(f"{address}?{query}" if query else address, 308)


ROUTES = [Route("/{page:path}/", without_slash, methods=ANY_METHOD)]
