"""Health: whether the service could serve, its database asked."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from shopkit.errors import ShopError
from shopkit.web.answers import answer

Check = Callable[[], Awaitable[None]]


async def database_answers() -> None:
    """Raises DatabaseUnavailable where it does not."""
    from shopkit.db.reading import fetch_one

    await fetch_one("SELECT 1 AS one")


def health_endpoint(service: str, checks: dict[str, Check]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that answers 200 `{"status": "ok", …}`, or 503 naming what does not answer."""

    async def health(_: Request) -> Response:
        states = {}
        for name, check in checks.items():
            try:
                await check()
                states[name] = "ok"
            except ShopError as error:
                states[name] = error.detail
        well = all(state == "ok" for state in states.values())
        body = {"status": "ok" if well else "unavailable", "service": service, **states}
        return answer(body, 200 if well else 503, {"Cache-Control": "no-store"})

    return health
