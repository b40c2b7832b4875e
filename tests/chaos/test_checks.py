"""Each check finds what it is for, in a small world that is sound but for one thing."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from shopcli.chaos import checks, claims
from shopcli.chaos.asking import Answer
from shopcli.chaos.diary import Bounds, Keyed, Sighting, Visit
from shopcli.chaos.evidence import Evidence
from shopcli.chaos.plan import Checkout, Ending, Repeat

PAID, BACK = "paid-order", "refunded-order"
TOLD = f'{{"order_id": "{PAID}", "total": "5.00", "items": []}}'.encode()
QUEUES = [f"{consumer}{kind}" for consumer in ("Catalog", "Notifications") for kind in ("Queue", "QueueDeadLetters")]
Change = Callable[[Evidence, Visit], None]


def rows() -> dict[str, list[dict[str, Any]]]:
    """A paid order and a refunded one, each of one unit."""
    orders = [(PAID, "paid", "confirmed", 1), (BACK, "cancelled", "confirmed", 0)]
    return {
        "balances": [{"sku": "A", "stock": 9, "held": 0, "sold": 1}],
        "ledger": [{"sku": "A", "stock": 9, "ledger": 9}],
        "movements": [{"by": f"order:{PAID}", "sku": "A", "reason": "reserved", "times": 1}],
        "reservations": [{"order_id": each, "status": status, "kept": kept} for each, _, status, kept in orders],
        "orders": [
            {"id": each, "user_id": "u", "status": status, "total": Decimal("5.00"), "recovery_point": "finished"}
            for each, status, _, _ in orders
        ],
        "order_events": [{"order_id": PAID, "type": "paid"}],
        "payments": [
            {"id": f"payment of {each}", "order_id": each, "status": "succeeded", "order_told_at": "now"}
            for each in (PAID, BACK)
        ],
        "refunds": [{"id": "refund", "order_id": BACK, "status": "succeeded"}],
        "charges": [{"id": each, "order_id": each, "amount": Decimal("5.00")} for each in (PAID, BACK)],
        "given_back": [{"order_id": BACK, "amount": Decimal("5.00")}],
        "sent_mails": [{"event_id": "fact", "recipient": "u@example.com", "subject": "Paid"}],
    }


def sound() -> tuple[Evidence, Visit]:
    """What the databases say, and what the shopper of the paid order remembers."""
    evidence = Evidence(
        rows=rows(),
        outboxes={"orders": [{"id": "fact", "type": "order.paid", "status": "published", "data": {"order_id": PAID}}]},
        inboxes={"catalog": ["fact"], "notifications": ["fact"]},
        subscriptions={"catalog": frozenset({"order.paid"}), "notifications": frozenset({"order.paid"})},
        stock={"A": 10},
        queues=dict.fromkeys(QUEUES, 0),
        mailbox=Counter({("u@example.com", "Paid"): 1}),
    )
    visit = Visit(Checkout(0, "key", {0: 1}, Ending.PAID, Repeat.ONCE), "u")
    visit.sightings.append(Sighting("cart", {"A": Bounds(1, 1)}, {"A": 1}))
    visit.placings.append(Keyed("/order/create", "key", {}, [Answer(201, TOLD), Answer(201, TOLD)]))
    visit.payings.append(Keyed("/payment/pay", "key-pay", {"order_id": PAID}, [Answer(200, b"{}")]))
    return evidence, visit


def broken_promises(evidence: Evidence, visit: Visit) -> set[str]:
    return {each.promise for each in (*checks.violations(evidence), *claims.violations([visit], evidence))}


def altered(query: str, row: int, **values: Any) -> Change:
    """Another value in a row that a query has found."""

    def change(evidence: Evidence, _visit: Visit) -> None:
        evidence[query][row].update(values)

    return change


def repeated(query: str) -> Change:
    """A row that is there twice."""

    def change(evidence: Evidence, _visit: Visit) -> None:
        found: Any = evidence[query]
        found.append(deepcopy(found[0]))

    return change


def another_answer(evidence: Evidence, visit: Visit) -> None:
    visit.placings[0].answers.append(Answer(409, b'{"code": "cart_empty"}'))


def no_answer(evidence: Evidence, visit: Visit) -> None:
    visit.payings[0].answers.clear()


def another_cart(evidence: Evidence, visit: Visit) -> None:
    visit.sightings.append(Sighting("cart", {"A": Bounds(1, 1)}, {}))


def lost_order(evidence: Evidence, visit: Visit) -> None:
    visit.placings[0].answers[:] = [Answer(201, TOLD.replace(PAID.encode(), b"lost-order"))]


def other_total(evidence: Evidence, visit: Visit) -> None:
    visit.placings[0].answers[:] = [Answer(201, TOLD.replace(b"5.00", b"4.00"))]


def told_paid(evidence: Evidence, visit: Visit) -> None:
    visit.payings.append(Keyed("/payment/pay", "key-pay-2", {"order_id": BACK}, [Answer(200, b"{}")]))


def told_cancelled(evidence: Evidence, visit: Visit) -> None:
    visit.order, visit.cancelling = {"order_id": PAID}, Answer(200, b"{}")


def not_received(evidence: Evidence, visit: Visit) -> None:
    received: Any = evidence.inboxes["catalog"]
    received.clear()


def unpublished(evidence: Evidence, visit: Visit) -> None:
    evidence.facts[0]["status"] = "pending"


def dead_letter(evidence: Evidence, visit: Visit) -> None:
    queues: Any = evidence.queues
    queues["CatalogQueueDeadLetters"] = 1


def lost_mail(evidence: Evidence, visit: Visit) -> None:
    evidence.mailbox.clear()


CASES: list[tuple[str, Change]] = [
    ("money adds up", altered("charges", 0, amount=Decimal("6.00"))),
    ("money adds up", altered("given_back", 0, amount=Decimal("10.00"))),
    ("no order is captured twice", repeated("charges")),
    ("stock adds up", altered("balances", 0, stock=8)),
    ("stock adds up", altered("balances", 0, stock=-1, held=10)),
    ("stock adds up", altered("ledger", 0, ledger=8)),
    ("everything is settled", altered("orders", 0, recovery_point="created")),
    ("everything is settled", altered("payments", 0, status="in_doubt")),
    ("everything is settled", altered("payments", 0, order_told_at=None)),
    ("everything is settled", altered("refunds", 0, status="requested")),
    ("stock follows orders", altered("reservations", 0, status="held")),
    ("stock follows orders", altered("reservations", 1, kept=1)),
    ("every fact arrives", not_received),
    ("every fact arrives", unpublished),
    ("every fact arrives", dead_letter),
    ("effects happen once", repeated("order_events")),
    ("effects happen once", altered("movements", 0, times=2)),
    ("every mail is sent", altered("sent_mails", 0, event_id="another")),
    ("every mail is sent", lost_mail),
    ("an acknowledged cart change stays", another_cart),
    ("one final answer a key", another_answer),
    ("one final answer a key", no_answer),
    ("a 2xx has its order", lost_order),
    ("a 2xx has its order", other_total),
    ("a payment told of counts", told_paid),
    ("a cancelling told of counts", told_cancelled),
]


def test_a_sound_world_has_nothing_to_find() -> None:
    assert broken_promises(*sound()) == set()


@pytest.mark.parametrize(("promise", "change"), CASES)
def test_each_broken_promise_is_found(promise: str, change: Change) -> None:
    evidence, visit = sound()
    change(evidence, visit)
    assert promise in broken_promises(evidence, visit)


def test_every_promise_can_be_broken() -> None:
    assert {promise for promise, _ in CASES} == {*checks.CHECKS, *claims.CLAIMS}
