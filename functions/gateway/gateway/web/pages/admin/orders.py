"""/admin/orders: every order, found by state and words, moved on and refunded."""

import json
from collections.abc import Awaitable

from starlette.requests import Request
from starlette.responses import Response

from gateway import orders, payments
from gateway.routing import route
from gateway.session import Visitor
from gateway.web import forms, paging
from gateway.web.forms import Form
from gateway.web.pages.admin.desk import for_admins, go_on, page
from gateway.web.pages.orders import NOT_NOW
from gateway.web.payment_states import transfers_of
from gateway.web.receipts import STATES, receipt_of, receipts_of
from gateway.web.timeline import TO_ADMINS
from gateway.web.wording import about_list
from shopkit.calls import Answer
from shopkit.errors import Unavailable

ORDERS = "/admin/orders"
ROWS = 50
FILTERS = ("q", "status", *paging.PARAMETERS)
MOVES = {
    "created": {"cancelled": "Cancel the order"},
    "paid": {"processing": "Start preparing"},
    "processing": {"completed": "Mark as completed"},
}
"""What an administrator may do next, by the state of the order; giving money back is a form of its own."""
REFUNDABLE = frozenset({"paid", "processing"})
OVERTAKEN = "Somebody else has moved this order on meanwhile. Nothing was changed; here is what it is now."
OK, CONFLICT = 200, 409


@for_admins
async def show_all(request: Request, who: Visitor) -> Response:
    """The list; an address that orders cannot make sense of gives an empty one and says why."""
    asked = {name: value for name in FILTERS if (value := request.query_params.get(name, "").strip())}
    query = {"limit": str(ROWS), **{name: value for name, value in asked.items() if name != "trail"}}
    try:
        answer: Answer | None = await orders.listed(who, query, of_everybody=True)
    except Unavailable:
        answer = None
    listed = json.loads(answer.body) if answer else {}
    return await page(
        request,
        "orders.html",
        status=answer.status if answer else OK,
        is_away=answer is None,
        refused=about_list(listed["detail"]) if answer and answer.status != OK else "",
        receipts=receipts_of(listed.get("items", [])),
        asked=asked,
        states=[("", "All orders"), *STATES.items()],
        neighbours=paging.neighbours(ORDERS, asked, listed.get("next_cursor")),
    )


@for_admins
async def show(request: Request, who: Visitor) -> Response:
    return await _order_page(request, who, Form())


@for_admins
async def move(request: Request, who: Visitor) -> Response:
    form = await forms.read(request)
    if not form.is_refused:
        await _change(form, orders.move(who, _id_in(request), form["status"], form["note"]))
    return await _go_on(request, who, form, "moved")


@for_admins
async def refund(request: Request, who: Visitor) -> Response:
    form = await forms.read(request)
    if not form.is_refused:
        await _change(form, orders.refund(who, _id_in(request), form["note"]))
    return await _go_on(request, who, form, "refunded")


async def _change(form: Form, changed: Awaitable[Answer]) -> None:
    """What stands against a change is noted in the form."""
    try:
        answer = await changed
    except Unavailable:
        form.refuse(NOT_NOW, status=503)
        return
    if answer.status == CONFLICT:
        form.refuse(OVERTAKEN, status=CONFLICT)
    elif answer.status != OK:
        form.refuse_as(answer)


async def _go_on(request: Request, who: Visitor, form: Form, done: str) -> Response:
    return await _order_page(request, who, form) if form.is_refused else go_on(f"{ORDERS}/{_id_in(request)}", done)


async def _order_page(request: Request, who: Visitor, form: Form) -> Response:
    """An order as administrators see it; without payments the page goes on. Raises NotFound and Unavailable."""
    order_id = _id_in(request)
    receipt = receipt_of(await orders.find(who, order_id), TO_ADMINS)
    tried = await payments.of_order(who, order_id)
    return await page(
        request,
        "order.html",
        status=form.status,
        receipt=receipt,
        form=form,
        transfers=None if tried is None else transfers_of(tried),
        moves=list(MOVES.get(receipt.status, {}).items()),
        is_refundable=receipt.status in REFUNDABLE,
    )


def _id_in(request: Request) -> str:
    return str(request.path_params["id"])


ROUTES = [
    route(ORDERS, get=show_all),
    route(f"{ORDERS}/{{id:uuid}}", get=show),
    route(f"{ORDERS}/{{id:uuid}}/status", post=move),
    route(f"{ORDERS}/{{id:uuid}}/refund", post=refund),
]
