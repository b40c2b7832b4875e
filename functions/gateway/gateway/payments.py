"""Payments, asked on behalf of a shopper or an administrator."""

import json
from typing import Any

from gateway import asking, services
from gateway.session import Visitor
from shopkit import context
from shopkit.calls import Answer
from shopkit.errors import Unavailable

Payment = dict[str, Any]
"""A payment of the service's answers."""


async def pay(who: Visitor, order_id: str, amount: str, method: str) -> Answer:
    """Pay for an order: 200 paid, 202 in doubt, 402 declined, 409 and 422 where it is not to be paid like that.

    It needs no idempotency key: an order has one successful payment, and a card that was declined may be followed by
    another one. Raises NotFound, and Unavailable; whether it was paid is not known then, and asking again is safe.
    """
    wanted = {"order_id": order_id, "amount": amount, **({"method": method} if method else {})}
    return await asking.ask(services.payments(), who, "POST", "/payment/pay", json_body=wanted)


async def of_order(who: Visitor, order_id: str) -> list[Payment] | None:
    """What was tried to pay for an order, as the service lists it; None where it does not answer.

    Raises NotFound for an order that is not the visitor's.
    """
    try:
        with context.no_longer_than(services.PATIENCE):
            answer = await asking.ask(services.payments(), who, "GET", "/payments", query={"order_id": order_id})
    except Unavailable:
        return None
    payments: list[Payment] = json.loads(answer.body)["items"]
    return payments
