"""Whether the gateway itself serves. It asks nobody: a dead service must not take the pages out of rotation."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.routing import route
from shopkit.web.answers import answer


async def health(_: Request) -> Response:
    return answer({"status": "ok"}, headers={"Cache-Control": "no-store"})


ROUTES = [route("/health", get=health)]
