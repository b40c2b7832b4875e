"""The gateway's app: plain Starlette routes, since a page needs no OpenAPI document and no validation of bodies."""

from fastapi import APIRouter

from gateway import cart_api, proxy, session
from gateway.web import assets, error_pages
from gateway.web.pages import (
    account,
    admin,
    cart,
    checkout,
    health,
    listing,
    orders,
    payment,
    placeholder,
    product,
    trailing_slash,
)
from shopkit.web.app import create_app

app = create_app(
    "gateway",
    title="Serverless Shop: gateway",
    routers=[
        APIRouter(
            routes=[
                *cart_api.ROUTES,
                *proxy.ROUTES,
                *assets.ROUTES,
                *trailing_slash.ROUTES,
                *listing.ROUTES,
                *product.ROUTES,
                *placeholder.ROUTES,
                *cart.ROUTES,
                *checkout.ROUTES,
                *orders.ROUTES,
                *payment.ROUTES,
                *account.ROUTES,
                *admin.ROUTES,
                *health.ROUTES,
            ]
        )
    ],
)
# The last one added stands outermost: error pages carry cookies, too.
app.add_middleware(error_pages.ErrorPages)
app.add_middleware(session.PassOnCookies)
