"""Between the form of the checkout and what orders is asked for."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gateway.web.forms import Form
from gateway.web.presenters import money

ADDRESS = ("name", "line1", "line2", "city", "postcode", "country")
MISSING = {
    "name": "Whose name shall stand on the parcel?",
    "line1": "Which street and number?",
    "city": "Which town or city?",
    "country": "Choose the country.",
}
"""What every address has; orders knows what its country asks for besides."""
KEY_BYTES = 24
KEY = re.compile(r"[!-~]{16,255}")
"""What can travel as an Idempotency-Key."""
NOT_COMPLETE = "This page was not complete. Nothing was ordered; please press the button once more."
IN_DOUBT = 503


@dataclass(frozen=True, slots=True)
class Delivery:
    """A way to get the goods, what it costs, and what all costs together then."""

    id: str
    name: str
    price: str
    together: str
    needs_address: bool
    is_chosen: bool


def key_for(form: Form) -> str:
    """The key that makes two requests one order.

    What was refused may be sent again with changes, and so gets a new key; after an answer that did not come, the key
    stays, so that the same order is asked for.
    """
    sent = form["idempotency_key"] if form.status == IN_DOUBT else ""
    return sent or secrets.token_urlsafe(KEY_BYTES)


def deliveries_of(methods: Sequence[dict[str, Any]], chosen: str, goods: str, currency: str) -> list[Delivery]:
    """The ways to get goods of so much money; the first one is chosen where the form says none."""
    ids = [method["id"] for method in methods]
    chosen = chosen if chosen in ids else next(iter(ids), "")
    return [_delivery(method, goods, currency, is_chosen=method["id"] == chosen) for method in methods]


def _delivery(method: dict[str, Any], goods: str, currency: str, *, is_chosen: bool) -> Delivery:
    price = Decimal(method["price"])
    return Delivery(
        id=method["id"],
        name=method["name"],
        price=money(method["price"], currency) if price else "free",
        together=money(str(price + Decimal(goods)), currency),
        needs_address=method["needs_address"],
        is_chosen=is_chosen,
    )


def to_order(form: Form, methods: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the form asks for; what is missing is noted in the form."""
    if not KEY.fullmatch(form["idempotency_key"]):
        form.refuse(NOT_COMPLETE)
        return {}
    method = next((each for each in methods if each["id"] == form["shipping_method"]), None)
    if method is None:
        form.refuse_field("shipping_method", "Choose how the goods come to you.")
        return {}
    wanted = {
        "shipping_method": form["shipping_method"],
        "accept_price_changes": form["accept_price_changes"] == "true",
    }
    return {**wanted, "shipping_address": _address(form)} if method["needs_address"] else wanted


def _address(form: Form) -> dict[str, str]:
    for name, message in MISSING.items():
        form.required(name, message)
    return {name: form[name] for name in ADDRESS if form[name]}
