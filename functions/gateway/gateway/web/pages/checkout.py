"""`/checkout`, and `/order/create`: a form of ours goes on to the order's page, JSON is answered with JSON."""

import asyncio
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway import badge, carts, merging, orders, proxy, services, session
from gateway.routing import route
from gateway.session import Visitor
from gateway.web import basket, checkout_form, countries, forms
from gateway.web.doors import opens_for
from gateway.web.forms import Form
from gateway.web.rendering import page
from shopkit import context
from shopkit.calls import Answer
from shopkit.errors import Unavailable

CHECKOUT, CART = "/checkout", "/cart"
NOT_NOW = "Your order could not be taken just now. Nothing is lost: press the button again in a moment."
CREATED = 201

for_shoppers = opens_for(session.require_shopper, home=CHECKOUT)


@for_shoppers
async def show(request: Request, who: Visitor) -> Response:
    """What is to be bought, how it shall come, and where to; an empty cart is shown as such."""
    return await _show(request, who, Form())


async def create(request: Request) -> Response:
    """Turn the cart into an order."""
    if forms.is_form(request):
        return await _create_by_form(request)
    answer = await proxy.forward(request)
    if answer.status_code == CREATED:
        await _count_what_is_left(request)
    return answer


@for_shoppers
async def _create_by_form(request: Request, who: Visitor) -> Response:
    form = await forms.read(request)
    answer = None if form.is_refused else await _placed(who, form)
    if answer is not None and answer.status == CREATED:
        await _count_what_is_left(request)
        return RedirectResponse(f"/orders/{json.loads(answer.body)['order_id']}", 303)
    if answer is not None:
        form.refuse_as(answer, group="shipping_address")
    return await _show(request, who, form)


async def _placed(who: Visitor, form: Form) -> Answer | None:
    """What orders answers; None where the form is refused."""
    try:
        wanted = checkout_form.to_order(form, await orders.shipping_methods(who))
        return None if form.is_refused else await orders.place(who, wanted, form["idempotency_key"])
    except Unavailable:
        form.refuse(NOT_NOW, status=checkout_form.IN_DOUBT)
        return None


async def _count_what_is_left(request: Request) -> None:
    """Let the number in the header follow, for whoever sees one."""
    if badge.COOKIE in request.cookies:
        who = await session.visitor(request)
        for line in await merging.look_up(request, who.authorization):
            who.set_cookie(line)


async def _show(request: Request, who: Visitor, form: Form) -> Response:
    """The page, with what was typed and what is to be said of it; an empty cart has none."""
    cart, methods = await asyncio.gather(_cart(request), _methods(who))
    if cart is not None and not cart.lines:
        return RedirectResponse(CART, 303)
    return await page(
        request,
        "shop/checkout.html",
        status=form.status,
        form=form,
        basket=cart,
        deliveries=_deliveries(form, methods, cart),
        countries=list(countries.names().items()),
        key=checkout_form.key_for(form),
    )


async def _cart(request: Request) -> basket.Basket | None:
    try:
        with context.no_longer_than(services.PATIENCE):
            answer = await carts.ask(request, "GET")
    except Unavailable:
        return None
    return basket.basket_of(json.loads(answer.body))


async def _methods(who: Visitor) -> list[dict[str, Any]]:
    try:
        return await orders.shipping_methods(who)
    except Unavailable:
        return []


def _deliveries(form: Form, methods: list[dict[str, Any]], cart: basket.Basket | None) -> list[checkout_form.Delivery]:
    if cart is None:
        return []
    return checkout_form.deliveries_of(methods, form["shipping_method"], cart.amount, cart.currency)


ROUTES = [
    route(CHECKOUT, get=show),
    route("/order/create", post=create),
]
