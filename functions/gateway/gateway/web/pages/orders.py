"""`/orders`: what a shopper has ordered, each order on a page of its own, and cancelling it."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway import orders, payments, session, settings
from gateway.routing import route
from gateway.session import Visitor
from gateway.web import clock, forms, paging
from gateway.web.doors import opens_for
from gateway.web.forms import Form
from gateway.web.payment_states import Step, step_of
from gateway.web.receipts import receipt_of, receipts_of
from gateway.web.rendering import page
from gateway.web.wording import about_list
from shopkit.errors import Unavailable

HOME = "/orders"
ON_A_PAGE = 20
OK = 200
NOTHING: dict[str, Any] = {"items": [], "next_cursor": None}
NOT_NOW = "Orders cannot be reached just now. Nothing was changed; please try again in a moment."
NOT_TAKEN = "This could not be taken: the note is too long. The order is as it was."
MOVED_ON = "This order has moved on meanwhile, and cannot be cancelled like that any more."

for_shoppers = opens_for(session.require_shopper, home=HOME)


@for_shoppers
async def show_all(request: Request, who: Visitor) -> Response:
    """The latest orders first; an empty list with a notice where orders does not answer."""
    asked = {name: request.query_params.get(name, "") for name in paging.PARAMETERS}
    query = {"limit": str(ON_A_PAGE), **({"cursor": asked["cursor"]} if asked["cursor"] else {})}
    try:
        answer = await orders.listed(who, query)
    except Unavailable:
        return await _list(request, NOTHING, asked, notice="unavailable")
    found = json.loads(answer.body)
    if answer.status != OK:
        return await _list(request, NOTHING, asked, notice=about_list(found["detail"]), status=answer.status)
    return await _list(request, found, asked)


async def _list(
    request: Request, found: dict[str, Any], asked: dict[str, str], *, notice: str = "", status: int = OK
) -> Response:
    return await page(
        request,
        "shop/orders.html",
        status=status,
        notice=notice,
        receipts=receipts_of(found["items"]),
        neighbours=paging.neighbours(HOME, asked, found["next_cursor"]),
    )


@for_shoppers
async def show(request: Request, who: Visitor) -> Response:
    return await order_page(request, who, str(request.path_params["id"]), Form())


@for_shoppers
async def confirm_cancelling(request: Request, who: Visitor) -> Response:
    """Ask before cancelling: it cannot be undone."""
    receipt = receipt_of(await orders.find(who, str(request.path_params["id"])))
    return await page(request, "shop/cancel_order.html", receipt=receipt)


@for_shoppers
async def cancel(request: Request, who: Visitor) -> Response:
    order_id = str(request.path_params["id"])
    form = await forms.read(request)
    if not form.is_refused:
        await _cancel(who, order_id, form)
    if form.is_refused:
        return await order_page(request, who, order_id, form)
    return RedirectResponse(address_of(order_id), 303)


async def _cancel(who: Visitor, order_id: str, form: Form) -> None:
    """Cancel; what stands against it is noted in the form."""
    try:
        answer = await orders.cancel(who, order_id, form["note"])
    except Unavailable:
        form.refuse(NOT_NOW, status=503)
        return
    if answer.status == 409:  # noqa: PLR2004
        form.refuse(MOVED_ON, status=answer.status)
    elif answer.status != OK:
        form.refuse_as(answer)
        form.message = form.message or NOT_TAKEN


async def order_page(request: Request, who: Visitor, order_id: str, form: Form) -> Response:
    """An order with its timeline, and the form to pay for it; `form` is one that was refused, or an empty one.

    Raises NotFound, and Unavailable where orders does not answer; without payments the page goes on.
    """
    receipt, now = receipt_of(await orders.find(who, order_id)), clock.now()
    tried = await payments.of_order(who, order_id) if receipt.is_unpaid else []
    step = step_of(receipt, tried, now)
    return await page(
        request,
        "shop/order.html",
        status=form.status,
        receipt=receipt,
        form=form,
        step=step,
        held_until=receipt.held_until.seen_from(now) if receipt.held_until else "",
        reloads=step in (Step.asking, Step.arriving),
        offers_test_cards=settings.well_known_admin() is not None,
    )


def address_of(order_id: str) -> str:
    return f"{HOME}/{order_id}"


ROUTES = [
    route(HOME, get=show_all),
    route(f"{HOME}/{{id:uuid}}", get=show),
    route(f"{HOME}/{{id:uuid}}/cancel", get=confirm_cancelling, post=cancel),
]
