"""What must hold once all is quiet, by the databases alone."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shopcli.chaos.evidence import Evidence, Row

KEEPS_MONEY = frozenset({"paid", "processing", "completed"})
SETTLED = KEEPS_MONEY | {"cancelled", "rejected"}
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was broken, and by what."""

    promise: str
    subject: str
    detail: str


Findings = Iterator[tuple[str, str]]
"""Subject and detail of each thing that is not as promised."""
Check = Callable[[Evidence], Findings]


def money_adds_up(evidence: Evidence) -> Findings:
    """What was captured for an order and not given back is its total if it is paid, else nothing."""
    kept = _sums(evidence["charges"])
    for order_id, amount in _sums(evidence["given_back"]).items():
        kept[order_id] -= amount
    due = {order["id"]: order["total"] for order in evidence["orders"] if order["status"] in KEEPS_MONEY}
    for order_id in {*kept, *due}:
        if kept[order_id] != due.get(order_id, ZERO):
            yield order_id, f"{kept[order_id]} were kept, {due.get(order_id, ZERO)} are due"


def nothing_is_captured_twice(evidence: Evidence) -> Findings:
    """One captured charge an order."""
    yield from _repeated("charges", (charge["order_id"] for charge in evidence["charges"]))


def stock_adds_up(evidence: Evidence) -> Findings:
    """What is left, held and sold is what there was; the ledger says the same."""
    for row in evidence["balances"]:
        found, initial = row["stock"] + row["held"] + row["sold"], evidence.stock.get(row["sku"], 0)
        if row["stock"] < 0 or found != initial:
            yield row["sku"], f"{row['stock']} left + {row['held']} held + {row['sold']} sold, but there were {initial}"
    for row in evidence["ledger"]:
        if row["stock"] != row["ledger"]:
            yield row["sku"], f"{row['stock']} left, but the ledger says {row['ledger']}"


def everything_is_settled(evidence: Evidence) -> Findings:
    """No order is between two states, no payment in doubt, no refund owed."""
    for order in evidence["orders"]:
        if order["status"] not in SETTLED or order["recovery_point"] != "finished":
            yield order["id"], f"order is {order['status']}, placing {order['recovery_point']}"
    for payment in evidence["payments"]:
        if payment["status"] not in {"succeeded", "failed"}:
            yield payment["id"], f"payment is {payment['status']}"
        elif payment["status"] == "succeeded" and payment["order_told_at"] is None:
            yield payment["id"], "orders was not told of the payment"
    for refund in evidence["refunds"]:
        if refund["status"] != "succeeded":
            yield refund["id"], f"refund is {refund['status']}"


def stock_follows_orders(evidence: Evidence) -> Findings:
    """Of a paid order all is sold, of any other nothing is kept."""
    orders = {order["id"]: order["status"] for order in evidence["orders"]}
    for reservation in evidence["reservations"]:
        status = orders.get(reservation["order_id"], "unknown")
        is_sold = reservation["status"] == "confirmed" and reservation["kept"] > 0
        is_back = reservation["status"] == "released" or reservation["kept"] == 0
        if not (is_sold if status in KEEPS_MONEY else is_back):
            told = f"reservation is {reservation['status']} and keeps {reservation['kept']}"
            yield reservation["order_id"], f"order is {status}, {told}"


def facts_arrive(evidence: Evidence) -> Findings:
    """Nothing waits in an outbox or a queue, and each consumer has taken notice of what the rules send it."""
    for fact in evidence.facts:
        if fact["status"] != "published":
            yield fact["id"], f"{fact['type']} is {fact['status']}"
    for consumer, types in evidence.subscriptions.items():
        for queue in (f"{consumer.title()}Queue", f"{consumer.title()}QueueDeadLetters"):
            if evidence.queues[queue]:
                yield queue, f"{evidence.queues[queue]} messages are left"
        received = set(evidence.inboxes[consumer])
        for fact in evidence.facts:
            if fact["type"] in types and fact["id"] not in received:
                yield fact["id"], f"{consumer} has not received {fact['type']}"


def effects_happen_once(evidence: Evidence) -> Findings:
    """However often an event comes, and whoever repeats it: an order's story and its stock have each thing once."""
    told = Counter((event["order_id"], event["type"]) for event in evidence["order_events"])
    failures = Counter(fact["data"]["order_id"] for fact in evidence.facts if fact["type"] == "payment.failed")
    for (order_id, type_), times in told.items():
        if times != (failures[order_id] if type_ == "payment_failed" else 1):
            yield order_id, f"{type_} happened {times} times"
    for row in evidence["movements"]:
        if row["times"] > 1:
            yield row["by"], f"{row['sku']} was {row['reason']} {row['times']} times"


def mails_are_sent(evidence: Evidence) -> Findings:
    """For each fact that calls for a mail, one was sent and has arrived."""
    sent = {mail["event_id"] for mail in evidence["sent_mails"]}
    for fact in evidence.facts:
        if fact["type"] in evidence.subscriptions["notifications"] and fact["id"] not in sent:
            yield fact["id"], f"no mail for {fact['type']}"
    noted = Counter((mail["recipient"], mail["subject"]) for mail in evidence["sent_mails"] if mail["recipient"])
    for (recipient, subject), times in (noted - evidence.mailbox).items():
        yield recipient, f"{times} mails are said to be sent and are not there: {subject}"


CHECKS: Mapping[str, Check] = {
    "money adds up": money_adds_up,
    "no order is captured twice": nothing_is_captured_twice,
    "stock adds up": stock_adds_up,
    "everything is settled": everything_is_settled,
    "stock follows orders": stock_follows_orders,
    "every fact arrives": facts_arrive,
    "effects happen once": effects_happen_once,
    "every mail is sent": mails_are_sent,
}


def violations(evidence: Evidence) -> list[Violation]:
    """All that is not as promised."""
    return [Violation(promise, *finding) for promise, check in CHECKS.items() for finding in check(evidence)]


def _sums(rows: Sequence[Row]) -> defaultdict[str, Decimal]:
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        sums[row["order_id"]] += row["amount"]
    return sums


def _repeated(what: str, subjects: Iterable[str]) -> Findings:
    for subject, times in Counter(subjects).items():
        if times > 1:
            yield subject, f"{times} {what}"
