"""create_app: FastAPI as every service of the shop uses it."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from shopkit import settings
from shopkit.web import docs, problems
from shopkit.web.health import Check, health_endpoint
from shopkit.web.openapi import ShopApi, operation_id
from shopkit.web.serving import Serving


def create_app(
    service: str, *, title: str, routers: Sequence[APIRouter], checks: dict[str, Check] | None = None
) -> FastAPI:
    """The service's app: its routers below `/<service>`, health and (off in production) its documentation.

    Health and documentation are plain routes: one of FastAPI's costs 1.5-2 ms of every cold start.
    """
    app = ShopApi(
        title=title,
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
    )
    app.add_middleware(Serving)
    problems.install(app)
    for router in routers:
        app.include_router(router)
    prefix = f"/{service}"
    health = health_endpoint(service, checks or {})
    for path in ("/health", f"{prefix}/health"):
        app.add_route(path, health, include_in_schema=False)
    if not settings.is_production():
        _add_docs(app, title, prefix)
    return app


def _add_docs(app: FastAPI, title: str, prefix: str) -> None:
    async def page(_: Request) -> Response:
        return docs.docs_page(title, f"{prefix}/openapi.json")

    for before in ("", prefix):
        app.add_route(f"{before}/openapi.json", docs.openapi_document, include_in_schema=False)
        app.add_route(f"{before}/docs", page, include_in_schema=False)
