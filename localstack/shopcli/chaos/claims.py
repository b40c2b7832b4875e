"""What shoppers were told must be true: each answer is held against the databases."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from shopcli.chaos.checks import KEEPS_MONEY, Findings, Violation
from shopcli.chaos.diary import Visit
from shopcli.chaos.evidence import Evidence, Row

ACCEPTED = 202
"""Its outcome was open: the only answer that another one may follow."""

Claim = Callable[[Visit, Mapping[str, Row]], Findings]


def carts_keep_what_was_acknowledged(visit: Visit, _orders: Mapping[str, Row]) -> Findings:
    for sighting in visit.sightings:
        for surprise in sighting.surprises:
            yield visit.user_id, f"{sighting.where} of checkout {visit.checkout.number}: {surprise}"


def each_key_has_one_answer(visit: Visit, _orders: Mapping[str, Row]) -> Findings:
    for keyed in visit.keyed:
        final = {(answer.status, answer.body) for answer in keyed.answers if answer.status != ACCEPTED}
        if len(final) > 1:
            yield keyed.key, f"{len(final)} different answers: {sorted(status for status, _ in final)}"
        if not keyed.answers:
            yield keyed.key, f"no answer: {keyed.gave_up}"


def each_order_told_of_exists(visit: Visit, orders: Mapping[str, Row]) -> Findings:
    for keyed in visit.placings:
        for told in (answer.content for answer in keyed.answers if answer.is_success):
            order = orders.get(told["order_id"])
            if order is None:
                yield told["order_id"], "a 201 told of it, and it is not there"
            elif (order["user_id"], order["total"]) != (visit.user_id, Decimal(told["total"])):
                yield told["order_id"], f"told: {told['total']} of {visit.user_id}, kept: {dict(order)}"


def each_payment_told_of_counts(visit: Visit, orders: Mapping[str, Row]) -> Findings:
    """Unless it was cancelled afterwards, an order whose payment was acknowledged is paid."""
    allowed = KEEPS_MONEY | ({"cancelled"} if visit.cancelling else set())
    for keyed in visit.payings:
        if any(answer.is_success and answer.status != ACCEPTED for answer in keyed.answers):
            order = orders.get(str(keyed.body["order_id"]))
            if order is None or order["status"] not in allowed:
                yield str(keyed.body["order_id"]), f"a 200 said it is paid: {order and order['status']}"


def each_cancelling_told_of_counts(visit: Visit, orders: Mapping[str, Row]) -> Findings:
    if visit.order and visit.cancelling and visit.cancelling.is_success:
        order = orders.get(visit.order["order_id"])
        if order is None or order["status"] != "cancelled":
            yield visit.order["order_id"], f"a 200 said it is cancelled: {order and order['status']}"


CLAIMS: Mapping[str, Claim] = {
    "an acknowledged cart change stays": carts_keep_what_was_acknowledged,
    "one final answer a key": each_key_has_one_answer,
    "a 2xx has its order": each_order_told_of_exists,
    "a payment told of counts": each_payment_told_of_counts,
    "a cancelling told of counts": each_cancelling_told_of_counts,
}


def violations(visits: Iterable[Visit], evidence: Evidence) -> list[Violation]:
    """All that was said and is not so."""
    orders = {order["id"]: order for order in evidence["orders"] if order["status"] not in {"placing", "rejected"}}
    return [
        Violation(promise, *finding)
        for visit in visits
        for promise, claim in CLAIMS.items()
        for finding in claim(visit, orders)
    ]
