"""Every address below /admin."""

from starlette.routing import Router

from gateway.web.pages.admin import importing, listing, orders, pictures, product

router = Router(
    [*listing.ROUTES, *product.ROUTES, *pictures.ROUTES, *importing.ROUTES, *orders.ROUTES], redirect_slashes=False
)
