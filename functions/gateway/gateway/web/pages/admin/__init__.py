"""The administration. Its modules are imported with the first of its pages: the shop's cold start does without."""

from starlette.routing import Route
from starlette.types import Receive, Scope, Send


class Administration:
    """ASGI app of all pages below /admin."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from gateway.web.pages.admin.routes import router

        await router(scope, receive, send)


ROUTES = [Route("/admin", Administration()), Route("/admin/{rest:path}", Administration())]
