"""The orders service's app."""

from orders import endpoints, endpoints_admin, endpoints_internal
from shopkit.web.app import create_app
from shopkit.web.health import database_answers

app = create_app(
    "orders",
    title="Serverless Shop: orders",
    routers=[endpoints.router, endpoints_admin.router, endpoints_internal.router],
    checks={"database": database_answers},
)
