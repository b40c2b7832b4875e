"""The real shop, asked what the model is: nothing happens in it by itself, for no queue, bus or schedule reaches it."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from psycopg.rows import dict_row
from samtranslator.yaml_helper import yaml_parse

from chaos.model.world import Card, Delivery, Fact, Money, Order, Units, World
from factories.custom_shop import custom_shop, invoke
from factories.place import ADMIN, ROOT, RunningShop
from factories.queue_events import event_message, failed_items, reminder_message, sqs_batch
from shopcli.chaos.evidence import Archive
from shopcli.chaos.stocking import PASSWORD
from shopcli.own_shop import OwnShop
from shopcli.place import Cloud

Row = dict[str, Any]
CUT_OFF = {"EVENT_BUS": "", "REMINDERS_URL": "", "RELAY_URL": ""}
INVOKES_BY_ITSELF = {"SQS", "Schedule"}
SERVICES = ("catalog", "orders", "payments")
PATIENCE = 30.0

TOLD = "SELECT id::text, type, version, data FROM outbox WHERE data->>'order_id' = ANY(%s) ORDER BY position"
STOCK = """
SELECT stock, (SELECT sum(delta) FROM stock_movements m WHERE m.product_id = p.id)::int AS ledger
FROM products p WHERE id = %s"""
UNITS = """
SELECT order_id::text, status, qty - restocked AS kept FROM reservations JOIN reservation_lines USING (order_id)
WHERE order_id = ANY(%s)"""
STORIES = """
SELECT o.id::text, o.status, o.total, array_agg(e.type ORDER BY e.at) AS story
FROM orders o JOIN order_events e ON e.order_id = o.id WHERE o.id = ANY(%s) GROUP BY o.id"""
PAYMENTS = """
SELECT p.order_id::text, p.id::text, p.status, r.status AS refund
FROM payments p LEFT JOIN refunds r ON r.payment_id = p.id WHERE p.order_id = ANY(%s) AND p.status <> 'failed'"""
KEPT = """
SELECT c.order_id::text, sum(c.amount - coalesce((
    SELECT sum(r.amount) FROM emulated_provider.refunds r WHERE r.charge_id = c.id), 0)) AS kept
FROM emulated_provider.charges c WHERE c.status = 'captured' AND c.order_id = ANY(%s) GROUP BY 1"""
RECEIVED = "SELECT event_id::text FROM inbox WHERE event_id = ANY(%s)"
AGE = "UPDATE orders SET expires_at = now() WHERE id = %s AND status = 'created'"


@dataclass
class LiveShop:
    """One run's product and orders; `facts` are rows of the outboxes by their place in the model's world."""

    shop: RunningShop
    shopper: httpx.Client
    admin: httpx.Client
    lambdas: httpx.Client
    databases: Mapping[str, psycopg.Connection[Row]]
    product: str = ""
    orders: list[str] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)

    def begin(self, stock: int) -> None:
        """A new product, and nobody has ordered anything."""
        facts = {"sku": str(uuid4()), "name": "Of a model", "price": "10.00", "stock": stock}
        self.product = str(self.admin.post("/api/products", json=facts).raise_for_status().json()["id"])
        self.orders, self.facts = [], []

    # What people do, and what they are told.

    def place(self, qty: int, *, times: int) -> str:
        """Order it, with one key however often; all answers are the same."""
        self.shopper.delete("/api/cart").raise_for_status()
        self.shopper.post("/cart/add", json={"product_id": self.product, "qty": qty}).raise_for_status()
        headers = {"idempotency-key": str(uuid4())}
        answers = [self.shopper.post("/order/create", json={}, headers=headers) for _ in range(times)]
        assert len({answer.content for answer in answers}) == 1
        if answers[0].is_success:
            self.orders.append(answers[0].json()["order_id"])
        return _told(answers[0])

    def pay(self, number: int, card: Card, qty: int, *, times: int) -> str:
        body = {"order_id": self.orders[number], "amount": f"{10 * qty}.00", "method": card}
        headers = {"idempotency-key": str(uuid4())}
        answers = [self.shopper.post("/payment/pay", json=body, headers=headers) for _ in range(times)]
        assert len({_told(answer) for answer in answers}) == 1
        return _told(answers[0])

    def cancel(self, number: int) -> str:
        return _told(self.shopper.post(f"/api/orders/{self.orders[number]}/cancel", json={}))

    def move(self, number: int, status: str) -> str:
        return _told(self.admin.post(f"/api/admin/orders/{self.orders[number]}/status", json={"status": status}))

    def refund(self, number: int) -> str:
        return _told(self.admin.post(f"/api/admin/orders/{self.orders[number]}/refund", json={}))

    # What time does.

    def expire(self, number: int) -> None:
        self.databases["orders"].execute(AGE, [self.orders[number]])
        self._remind("OrdersRelayFunction", "order", order_id=self.orders[number])

    def look_at_payment(self, number: int) -> None:
        self._look("payment", number)

    def carry_out_refund(self, number: int) -> None:
        self._look("refund", number)

    def deliver(self, delivery: Delivery) -> None:
        """A queue brings a fact."""
        fact = self.facts[delivery.fact]
        message = event_message(fact["type"], fact["data"], version=fact["version"], event_id=fact["id"])
        function = f"{delivery.consumer.capitalize()}EventsFunction"
        assert failed_items(invoke(self.lambdas, function, sqs_batch(message))) == []

    # What there is.

    def listen(self, expected: World) -> list[Fact]:
        """Everything that was told, in the model's order where it is the same."""
        told = {row["id"]: row for service in ("orders", "payments") for row in self._rows(service, TOLD)}
        new = [row for row in told.values() if row["id"] not in {fact["id"] for fact in self.facts}]
        place = {fact.type: n for n, fact in enumerate(expected.facts[len(self.facts) :])}
        self.facts += sorted(new, key=lambda row: place.get(row["type"], len(place)))
        return [Fact(row["type"], self.orders.index(row["data"]["order_id"])) for row in self.facts]

    def look(self) -> tuple[int, tuple[Order, ...]]:
        """The stock, and the orders, as the databases have them."""
        [product] = self.databases["catalog"].execute(STOCK, [self.product]).fetchall()
        assert product["stock"] == product["ledger"]
        units = {row["order_id"]: row for row in self._rows("catalog", UNITS)}
        money = {row["order_id"]: row for row in self._rows("payments", PAYMENTS)}
        stories = {row["id"]: row for row in self._rows("orders", STORIES)}
        found = [_order(stories[each], units[each], money.get(each)) for each in self.orders]
        return product["stock"], tuple(found)

    def kept(self) -> dict[int, int]:
        """What the provider has of each order's money, in units of the product."""
        return {self.orders.index(row["order_id"]): int(row["kept"]) // 10 for row in self._rows("payments", KEPT)}

    def received(self) -> frozenset[Delivery]:
        """What consumers have put down as received."""
        place = {fact["id"]: n for n, fact in enumerate(self.facts)}
        return frozenset(
            Delivery(place[row["event_id"]], service)
            for service, database in self.databases.items()
            for row in database.execute(RECEIVED, [list(place)]).fetchall()
        )

    def _rows(self, service: str, query: str) -> list[Row]:
        return self.databases[service].execute(query.encode(), [self.orders]).fetchall()

    def _look(self, name: str, number: int) -> None:
        for row in self._rows("payments", PAYMENTS):
            if row["order_id"] == self.orders[number]:
                self._remind("PaymentsRelayFunction", name, payment=row["id"], look=0)

    def _remind(self, function: str, name: str, **data: Any) -> None:
        assert failed_items(invoke(self.lambdas, function, sqs_batch(reminder_message(name, **data)))) == []


def _told(answer: httpx.Response) -> str:
    """The state of what was asked for, or the code of a refusal."""
    body: Row = answer.json()
    return str(body["status"] if answer.is_success else body["code"])


def _order(story: Row, units: Row, payment: Row | None) -> Order:
    return Order(
        qty=int(story["total"]) // 10,
        status=story["status"],
        money=_money(payment),
        units=_units(units),
        story=tuple(story["story"]),
    )


def _units(reservation: Row) -> Units:
    if reservation["status"] == "confirmed":
        return Units.SOLD if reservation["kept"] else Units.BACK
    return Units.HELD if reservation["status"] == "held" else Units.BACK


def _money(payment: Row | None) -> Money:
    if payment is None:
        return Money.NONE
    if payment["status"] != "succeeded":
        return Money.IN_DOUBT
    return {None: Money.TAKEN, "requested": Money.OWED, "succeeded": Money.RETURNED}[payment["refund"]]


@contextmanager
def live_shop(folder: Path) -> Iterator[LiveShop]:
    """A shop whose functions are only invoked; the kit's layer in `folder` is a copy, where a bug can be planted."""
    with custom_shop(folder / "state", {}, _cut_off(folder)) as shop, ExitStack() as exits:
        archive = Archive(OwnShop(Cloud(shop.facts), shop.state), {})
        connect = psycopg.Connection[Row].connect
        databases = {
            name: exits.enter_context(connect(archive.address(name), autocommit=True, row_factory=dict_row))
            for name in SERVICES
        }
        urls = (shop.url, shop.url, shop.facts["invoke_url"])
        shopper, admin, lambdas = (exits.enter_context(httpx.Client(base_url=url, timeout=PATIENCE)) for url in urls)
        account = {"username": f"{uuid4()}@example.com", "password": PASSWORD}
        registration = {"email": account["username"], "password": PASSWORD}
        shopper.post("/auth/register", json=registration).raise_for_status()
        for client, credentials in ((shopper, account), (admin, ADMIN)):
            client.post("/auth/login", data=credentials).raise_for_status()
        yield LiveShop(shop, shopper, admin, lambdas, databases)


def _cut_off(folder: Path) -> Path:
    """The shop's template, in which functions tell nobody anything, and are told nothing by anybody."""
    document = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            properties = resource["Properties"]
            events = properties.get("Events", {})
            properties["Events"] = {
                name: each for name, each in events.items() if each["Type"] not in INVOKES_BY_ITSELF
            }
            properties["Environment"]["Variables"] = {**properties["Environment"]["Variables"], **CUT_OFF}
    (folder / "functions").symlink_to(ROOT / "functions")
    (folder / "layers").mkdir()
    (folder / "layers" / "dependencies").symlink_to(ROOT / "layers" / "dependencies")
    shutil.copytree(ROOT / "layers" / "shopkit", folder / "layers" / "shopkit")
    template = folder / "template.yaml"
    template.write_text(json.dumps(document))
    return template
