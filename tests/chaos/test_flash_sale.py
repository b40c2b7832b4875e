"""Many want the same few: as many are sold as there are, and what is not paid for comes back."""

import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from factories.place import RunningShop
from factories.waiting import wait_for
from shopcli.chaos.asking import Account, Answer, Caller
from shopcli.chaos.evidence import BALANCES, Archive
from shopcli.chaos.plan import Product
from shopcli.chaos.settling import sweep
from shopcli.chaos.stocking import PASSWORD, stock
from shopcli.own_shop import OwnShop
from shopcli.place import Cloud

pytestmark = pytest.mark.timeout(300)

BUYERS, UNITS, EACH = 64, 100, 2
OPEN_TRANSACTIONS = """
SELECT datname, query FROM pg_stat_activity
WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND wait_event_type IS DISTINCT FROM 'Lock'
  AND backend_type = 'client backend' AND application_name <> 'test'"""
WAITING_FOR_THE_PROVIDER = """
SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%emulated_provider.charges%'"""


@dataclass
class Buyer:
    caller: Caller
    order: dict[str, Any] = field(default_factory=dict)

    def place(self, product: str) -> Answer:
        """Put two into the cart and order them."""
        self.caller.ask("DELETE", "/api/cart")
        assert self.caller.ask("POST", "/cart/add", {"product_id": product, "qty": EACH}).is_success
        answer = self.caller.ask("POST", "/order/create", {}, key=str(uuid.uuid4()))
        self.order = answer.content if answer.is_success else {}
        return answer

    def pay(self) -> Answer:
        return self.caller.ask(
            "POST", "/payment/pay", {"order_id": self.order["order_id"], "amount": self.order["total"]}
        )


@pytest.fixture(scope="module")
def archive(running_shop: RunningShop) -> Archive:
    return Archive(OwnShop(Cloud(running_shop.facts), running_shop.state), {})


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(BUYERS) as pool:
        yield pool


@pytest.fixture(scope="module")
def buyers(running_shop: RunningShop, pool: ThreadPoolExecutor) -> list[Buyer]:
    return list(pool.map(lambda _: buyer(running_shop), range(BUYERS)))


def buyer(shop: RunningShop) -> Buyer:
    caller = Caller(shop.url, Account(f"{uuid.uuid4()}@example.com", PASSWORD))
    caller.sign_up()
    return Buyer(caller)


def product_of(shop: RunningShop, units: int) -> tuple[str, str]:
    """A new product's SKU and id."""
    sku = f"HOT-{uuid.uuid4()}"
    (product,) = stock(Cloud(shop.facts), [Product(sku, "10.00", units)])
    return sku, product


def balance(archive: Archive, sku: str) -> tuple[int, int, int]:
    """What is left, held and sold."""
    with psycopg.connect(archive.address("catalog")) as connection:
        return next((left, held, sold) for each, left, held, sold in connection.execute(BALANCES) if each == sku)


def let_expire(shop: RunningShop, archive: Archive, buyers: Sequence[Buyer]) -> None:
    ids = ", ".join(f"'{buyer.order['order_id']}'" for buyer in buyers)
    archive.execute("orders", f"UPDATE orders SET expires_at = now() WHERE id IN ({ids})")  # noqa: S608 - our own ids
    sweep(Cloud(shop.facts))


def test_exactly_as_many_are_sold_as_there_are(
    running_shop: RunningShop, archive: Archive, pool: ThreadPoolExecutor, buyers: list[Buyer]
) -> None:
    sku, product = product_of(running_shop, UNITS)
    answers = list(pool.map(lambda each: each.place(product), buyers))
    refused = [answer for answer in answers if not answer.is_success]
    assert len(refused) == BUYERS - UNITS // EACH
    assert all((answer.code, answer.content["items"][0]["left"]) == ("out_of_stock", 0) for answer in refused)
    assert balance(archive, sku) == (0, UNITS, 0)

    lucky = [each for each in buyers if each.order]
    payers, sleepers = lucky[::2], lucky[1::2]
    assert {answer.status for answer in pool.map(Buyer.pay, payers)} == {200}
    let_expire(running_shop, archive, sleepers)
    wait_for(lambda: balance(archive, sku) == (len(sleepers) * EACH, 0, len(payers) * EACH), 60)
    assert {answer.status for answer in pool.map(Buyer.pay, sleepers)} == {409}

    list(pool.map(lambda each: each.place(product), [each for each in buyers if each not in payers]))
    second = [each for each in buyers if each not in payers and each.order]
    assert {answer.status for answer in pool.map(Buyer.pay, second)} == {200}
    wait_for(lambda: balance(archive, sku) == (0, 0, UNITS), 60)


def test_no_transaction_is_open_while_the_provider_is_asked(running_shop: RunningShop, archive: Archive) -> None:
    _, product = product_of(running_shop, EACH)
    shopper = buyer(running_shop)
    assert shopper.place(product).status == 201
    with (
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(archive.address("payments"), application_name="test") as holding,
        psycopg.connect(archive.address("payments"), application_name="test", autocommit=True) as looking,
    ):
        holding.execute("LOCK TABLE emulated_provider.charges IN SHARE ROW EXCLUSIVE MODE")
        paying: Future[Answer] = pool.submit(shopper.pay)
        wait_for(lambda: looking.execute(WAITING_FOR_THE_PROVIDER).fetchall())
        assert looking.execute(OPEN_TRANSACTIONS).fetchall() == []
        holding.rollback()
        assert paying.result().status in {200, 202}
