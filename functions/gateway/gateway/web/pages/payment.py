"""`/payment/pay`: a form of ours goes on to the order's page, JSON is answered with JSON."""

import json
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway import payments, proxy, session
from gateway.routing import route
from gateway.session import Visitor
from gateway.web import forms
from gateway.web.doors import opens_for
from gateway.web.forms import Form
from gateway.web.pages.orders import HOME, address_of, order_page
from shopkit.calls import Answer
from shopkit.errors import NotFound, Unavailable

NOT_NOW = (
    "We could not reach the payment service. If your payment went through all the same, it shows here in a moment; "
    "trying again never charges you twice."
)
SAYS = {
    "payment_declined": "Your card was declined, and nothing was charged. Try again, or use another card.",
    "amount_mismatch": "The amount was not that of this order. Nothing was charged; please try again.",
    "order_not_payable": "This order cannot be paid any more. Nothing was charged.",
}
ON_THE_WAY = "payment_in_progress"

for_shoppers = opens_for(session.require_shopper, home=HOME)


async def pay(request: Request) -> Response:
    """Pay for an order."""
    return await (_pay_by_form(request) if forms.is_form(request) else proxy.forward(request))


@for_shoppers
async def _pay_by_form(request: Request, who: Visitor) -> Response:
    form = await forms.read(request)
    order_id = _order_in(form)
    if not form.is_refused:
        await _pay(who, order_id, form)
    if form.is_refused:
        return await order_page(request, who, order_id, form)
    return RedirectResponse(address_of(order_id), 303)


async def _pay(who: Visitor, order_id: str, form: Form) -> None:
    """Pay; what stands against it is noted in the form. What is in doubt, the order's page tells."""
    try:
        answer = await payments.pay(who, order_id, form["amount"], form["method"])
    except Unavailable:
        form.refuse(NOT_NOW, status=503)
        return
    if answer.status >= 400 and _code(answer) != ON_THE_WAY:  # noqa: PLR2004
        form.refuse_as(answer)
        form.message = SAYS.get(_code(answer)) or form.message or "This payment could not be made."


def _code(answer: Answer) -> str:
    code: str = json.loads(answer.body)["code"]
    return code


def _order_in(form: Form) -> str:
    """Raises NotFound for what is no order's id."""
    try:
        return str(UUID(form["order_id"]))
    except ValueError as error:
        raise NotFound from error


ROUTES = [route("/payment/pay", post=pay)]
