"""`/placeholder/{handle}.svg`: the drawing that stands in for a product's photograph."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.routing import route
from shopkit.errors import NotFound

LONGEST = {"t": 160, "w": 200, "c": 40}
"""Of the product's title, of further words, of its colour: nobody draws a novel here."""
LONGEST_HANDLE = 255
SIZE = (800, 1000)
HEADERS = {
    "Cache-Control": "public, max-age=2592000",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}


async def placeholder(request: Request) -> Response:
    """Depends on its address alone, so that browsers and caches may keep it. Raises NotFound for overlong ones."""
    from gateway.web import illustrations

    handle, about = request.path_params["handle"], {name: request.query_params.get(name, "") for name in LONGEST}
    if len(handle) > LONGEST_HANDLE or any(len(about[name]) > longest for name, longest in LONGEST.items()):
        raise NotFound
    drawing = illustrations.draw(about["t"] or handle.replace("-", " "), about["w"], about["c"], SIZE)
    return Response(drawing, headers=HEADERS, media_type="image/svg+xml")


ROUTES = [route("/placeholder/{handle}.svg", get=placeholder)]
