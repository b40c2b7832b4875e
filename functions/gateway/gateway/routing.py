"""Routes: one for each path, which knows all of its methods."""

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Endpoint = Callable[[Request], Awaitable[Response]]

ANY_METHOD = ()
"""What Starlette's Route takes for no restriction."""


def route(
    path: str, *, get: Endpoint | None = None, post: Endpoint | None = None, delete: Endpoint | None = None
) -> Route:
    """A path with its endpoints; a 405 names all of its methods, always in this order (RFC 9110 §15.5.6)."""
    given = {"GET": get, "HEAD": get, "POST": post, "DELETE": delete}
    endpoints = {method: endpoint for method, endpoint in given.items() if endpoint is not None}

    async def answer(request: Request) -> Response:
        if request.method not in endpoints:
            raise HTTPException(405, headers={"Allow": ", ".join(endpoints)})
        return await endpoints[request.method](request)

    return Route(path, answer, methods=ANY_METHOD)
