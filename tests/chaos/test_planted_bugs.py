"""The checks are checked: eight bugs that shops have had are planted one after the other, and each is found."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

import psycopg
import pytest
from redis import Redis

from factories.laboratory import Laboratory, checkout, laboratory
from shopcli.chaos import settling
from shopcli.chaos.diary import Visit
from shopcli.chaos.plan import Ending, Repeat

pytestmark = pytest.mark.timeout(300)

INSERT = "INSERT INTO outbox (type, version, correlation_id, data) VALUES ('payment.failed', 1, 'late', %s)"
Workload = Callable[[Laboratory], Sequence[Visit]]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with laboratory(tmp_path_factory.mktemp("laboratory")) as made:
        yield made


def send_three_times_at_once(lab: Laboratory) -> Sequence[Visit]:
    return [lab.shopper().visit(checkout(repeat=Repeat.AT_ONCE))]


def commit_late(lab: Laboratory) -> Sequence[Visit]:
    """A fact gets its number, a later one is committed and published, and only then the first is committed."""
    shopper = lab.shopper()
    left = shopper.visit(checkout())
    assert left.order is not None
    fact = {
        "payment_id": str(uuid4()),
        "order_id": left.order["order_id"],
        "user_id": left.user_id,
        "amount": left.order["total"],
        "currency": left.order["currency"],
        "reason": "declined",
    }
    with psycopg.connect(lab.archive.address("payments")) as late:
        late.execute(INSERT, [json.dumps(fact)])
        paid = shopper.visit(checkout(Ending.PAID))
        settling.sweep(lab.cloud)
    return [left, paid]


def buy_at_once(lab: Laboratory) -> Sequence[Visit]:
    shoppers = [lab.shopper() for _ in range(2)]
    with ThreadPoolExecutor(len(shoppers)) as pool:
        return list(pool.map(lambda shopper: shopper.visit(checkout()), shoppers))


def die_after_the_answer(lab: Laboratory) -> Sequence[Visit]:
    visit = lab.shopper().visit(checkout())
    lab.restart("OrdersFunction")
    return [visit]


def publish_again(lab: Laboratory) -> Sequence[Visit]:
    """As after the queues were lost: everything comes a second time."""
    visit = lab.shopper().visit(checkout(Ending.REFUNDED))
    lab.broken_promises([])
    lab.archive.execute("payments", "UPDATE outbox SET status = 'pending'")
    return [visit]


def evict_keys(lab: Laboratory) -> Sequence[Visit]:
    """As Redis does where it has no room left."""
    shopper = lab.shopper()
    visit = shopper.visit(checkout())
    with Redis.from_url(lab.shop.facts["cache_url"]) as redis:
        for key in redis.scan_iter("idempotency:*"):
            redis.delete(key)
    shopper.come_back(visit)
    return [visit]


def cancel_what_is_paid(lab: Laboratory) -> Sequence[Visit]:
    return [lab.shopper().visit(checkout(Ending.REFUNDED))]


def cancel(lab: Laboratory) -> Sequence[Visit]:
    return [lab.shopper().visit(checkout(Ending.CANCELLED))]


@dataclass(frozen=True)
class Case:
    """A bug, the functions that have it (as their names begin), what brings it out, and which promise it breaks."""

    bug: str
    functions: str
    workload: Workload
    promise: str


CASES = [
    Case("no_unique_key", "Orders", send_three_times_at_once, "one final answer a key"),
    Case("cursor_relay", "Payments", commit_late, "every fact arrives"),
    Case("read_then_write_stock", "Catalog", buy_at_once, "stock adds up"),
    Case("answer_before_commit", "Orders", die_after_the_answer, "a 2xx has its order"),
    Case("no_inbox", "Orders", publish_again, "effects happen once"),
    Case("key_in_redis", "Orders", evict_keys, "one final answer a key"),
    Case("refund_without_key", "Payments", cancel_what_is_paid, "money adds up"),
    Case("release_twice", "Catalog", cancel, "stock adds up"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.bug)
def test_a_planted_bug_is_found(lab: Laboratory, case: Case) -> None:
    lab.begin(10)
    (lab.layer / "redis-url").write_text(lab.shop.facts["cache_url"])
    with lab.planted(case.bug, case.functions):
        visits = case.workload(lab)
        assert case.promise in lab.broken_promises(visits)


def test_without_a_bug_nothing_is_found(lab: Laboratory) -> None:
    lab.begin(100)
    visits = [visit for case in CASES for visit in case.workload(lab)]
    assert lab.broken_promises(visits, settling.SECONDS) == set()
