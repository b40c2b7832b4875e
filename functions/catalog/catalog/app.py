"""The catalog as an ASGI app."""

from catalog import (
    endpoints_browsing,
    endpoints_categories,
    endpoints_internal,
    endpoints_products,
    endpoints_reservations,
    endpoints_transfer,
)
from shopkit.web.app import create_app
from shopkit.web.health import database_answers

app = create_app(
    "catalog",
    title="Catalog",
    routers=[
        endpoints_browsing.router,
        endpoints_products.router,
        endpoints_categories.router,
        endpoints_transfer.router,
        endpoints_internal.router,
        endpoints_reservations.router,
    ],
    checks={"database": database_answers},
)
