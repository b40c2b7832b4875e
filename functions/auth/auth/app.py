"""The auth service's app."""

from auth import endpoints, endpoints_internal
from shopkit.web.app import create_app
from shopkit.web.health import database_answers

app = create_app(
    "auth",
    title="Serverless Shop: auth",
    routers=[endpoints.router, endpoints_internal.router],
    checks={"database": database_answers},
)
