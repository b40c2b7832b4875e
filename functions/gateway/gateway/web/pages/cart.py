"""`/cart`, and the verbs that change it: a form of ours goes on to a page, JSON is answered with JSON."""

import json
import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway import cart_api, carts, services
from gateway.routing import route
from gateway.web import basket, forms
from gateway.web.addresses import own_path
from gateway.web.basket import MOST_UNITS
from gateway.web.forms import Form
from gateway.web.rendering import page
from shopkit import context
from shopkit.calls import Answer
from shopkit.errors import Unavailable

CART = "/cart"
NOT_NOW = "Your cart cannot be reached just now. What is in it is safe; please try again in a moment."
QUANTITY = re.compile(r"[0-9]{1,3}")


async def show(request: Request) -> Response:
    return await _show(request, Form())


async def add(request: Request) -> Response:
    """Put so many more of a product into the cart."""
    return await _change(request, "/add", least=1)


async def update(request: Request) -> Response:
    """Set how many of a product are in the cart; 0 takes it out."""
    return await _change(request, "/update", least=0)


async def remove(request: Request) -> Response:
    """Take a product out of the cart."""
    return await _change(request, "/remove")


async def _change(request: Request, operation: str, *, least: int | None = None) -> Response:
    """Change the cart; with `least`, by a quantity that is no smaller. The page tells what is refused."""
    if not forms.is_form(request):
        return await cart_api.forward(request, operation)
    form = await forms.read(request)
    wanted: dict[str, str | int] = {"product_id": form["product_id"]}
    if least is not None:
        wanted["qty"] = _quantity(form, least)
    if not form.is_refused:
        await _send(request, operation, form, wanted)
    return await _show(request, form) if form.is_refused else RedirectResponse(own_path(form["next"], CART), 303)


def _quantity(form: Form, least: int) -> int:
    """What the form says; noted in the form where it is none, unless something else was noted before."""
    qty = int(form["qty"]) if QUANTITY.fullmatch(form["qty"]) else -1
    if qty < least and not form.is_refused:
        form.refuse(f"Choose a quantity from {least} to {MOST_UNITS}.")
    return qty


async def _send(request: Request, operation: str, form: Form, wanted: dict[str, str | int]) -> None:
    answer = await _asked(request, "POST", operation, json.dumps(wanted).encode())
    if answer is None:
        form.refuse(NOT_NOW, status=503)
    elif answer.status != carts.OK:
        form.refuse_as(answer)
        form.message = form.message or "We do not know this product."


async def _asked(request: Request, method: str, operation: str = "", body: bytes = b"") -> Answer | None:
    """What cart answers; None where it does not."""
    try:
        with context.no_longer_than(services.PATIENCE):
            return await carts.ask(request, method, operation, body=body)
    except Unavailable:
        return None


async def _show(request: Request, form: Form) -> Response:
    """The cart, and what is to be said of a form that was refused."""
    answer = None if form.message == NOT_NOW else await _asked(request, "GET")
    return await page(
        request,
        "shop/cart.html",
        status=form.status,
        with_form=True,
        basket=basket.basket_of(json.loads(answer.body)) if answer is not None else None,
        message=form.message,
        most_units=MOST_UNITS,
    )


ROUTES = [
    route(CART, get=show),
    route(f"{CART}/add", post=add),
    route(f"{CART}/update", post=update),
    route(f"{CART}/remove", post=remove),
]
