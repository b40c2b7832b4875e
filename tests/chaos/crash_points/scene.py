"""Where crashes happen: a running shop, its customers, and the functions under test beside it."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.rows import dict_row

from chaos.crash_points.functions import FunctionUnderTest, Request, under_test
from factories.place import RunningShop
from factories.queue_events import event_message, sqs_batch
from factories.shop_functions import functions_of
from shopcli.chaos import stocking
from shopcli.chaos.asking import Account, Answer, Caller
from shopcli.chaos.evidence import PUBLISHERS, Archive
from shopcli.chaos.plan import Product
from shopcli.own_shop import OwnShop
from shopcli.place import Cloud

Order = Mapping[str, Any]
STOCK = Product("CRASH", "12.50", 1000)
HOLD_FACTS = "ALTER TABLE outbox ALTER COLUMN claimed_until SET DEFAULT 'infinity'"
LET_FACTS_GO = "ALTER TABLE outbox ALTER COLUMN claimed_until DROP DEFAULT"
PUBLISHABLE = "UPDATE outbox SET claimed_until = NULL WHERE status = 'pending'"


@dataclass(frozen=True)
class Customer:
    """Somebody signed in: a request of his is either sent by himself, or is served by a function under test."""

    caller: Caller
    id: str
    product_id: str

    def fill_cart(self) -> None:
        answer = self.caller.ask("POST", "/cart/add", {"product_id": self.product_id, "qty": 2})
        assert answer.is_success, answer

    def ordered(self) -> Order:
        """An order of his."""
        self.fill_cart()
        answer = self.send(self.placing())
        assert answer.status == 201, answer
        return answer.content

    def send(self, request: Request) -> Answer:
        """The final answer: as a program does, he repeats what failed, with the same key."""
        return self.caller.ask("POST", request.public_path, request.body, key=request.key)

    def placing(self) -> Request:
        return Request(self.id, "/order/create", "/order/create", {}, str(uuid4()))

    def paying(self, order: Order, method: str = "pm_card_visa") -> Request:
        body = {"order_id": order["order_id"], "amount": order["total"], "method": method}
        return Request(self.id, "/payment/pay", "/payment/pay", body, str(uuid4()))

    def cancelling(self, order: Order) -> Request:
        order_id = order["order_id"]
        return Request(self.id, f"/order/{order_id}/cancel", f"/api/orders/{order_id}/cancel", {})


@dataclass(frozen=True)
class Scene:
    cloud: Cloud
    archive: Archive
    functions: Mapping[str, FunctionUnderTest]
    product_id: str

    def customer(self) -> Customer:
        caller = Caller(self.cloud.url, Account(f"{uuid4()}@example.com", stocking.PASSWORD))
        return Customer(caller, caller.sign_up(), self.product_id)

    def rows(self, service: str, query: str, *values: object) -> list[dict[str, Any]]:
        """What a service's database says, or is told."""
        with psycopg.connect(self.archive.address(service), autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def facts_held(self) -> Iterator[None]:
        """No relay publishes what is told meanwhile: others shall not do what a function under test is to do."""
        for service in PUBLISHERS:
            self.rows(service, HOLD_FACTS)
        try:
            yield
        finally:
            for service in PUBLISHERS:
                self.rows(service, LET_FACTS_GO)
                self.rows(service, PUBLISHABLE)

    def delivery(self, service: str, type_: str, order: Order) -> dict[str, Any]:
        """The batch with which a queue would bring a fact that the service has told of an order."""
        query = "SELECT id::text, version, data FROM outbox WHERE type = %s AND data->>'order_id' = %s"
        [fact] = self.rows(service, query, type_, order["order_id"])
        body = event_message(type_, fact["data"], version=fact["version"], event_id=fact["id"], source=service)
        return sqs_batch(body)


@contextmanager
def scene(shop: RunningShop, folder: Path, *names: str) -> Iterator[Scene]:
    """A shop with one product; `names` are the functions under test."""
    cloud = Cloud(shop.facts)
    known = functions_of(shop.state, shop.facts)
    with ExitStack() as exits:
        functions = {name: exits.enter_context(under_test(known[name], folder / f"{name}.log")) for name in names}
        [product_id] = stocking.stock(cloud, [STOCK])
        yield Scene(cloud, Archive(OwnShop(cloud, shop.state), {STOCK.sku: STOCK.stock}), functions, product_id)
