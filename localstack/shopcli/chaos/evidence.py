"""What the services' databases and the payment provider's ledger say, read as the server's superuser."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import requests
from psycopg.rows import dict_row
from samtranslator.yaml_helper import yaml_parse

from shopcli import place
from shopcli.own_shop import OwnShop

Row = dict[str, Any]

BALANCES = """
SELECT p.sku, p.stock, coalesce(l.held, 0)::int AS held, coalesce(l.sold, 0)::int AS sold
FROM products p LEFT JOIN (
    SELECT product_id, sum(qty) FILTER (WHERE status = 'held') AS held,
           sum(qty - restocked) FILTER (WHERE status = 'confirmed') AS sold
    FROM reservation_lines JOIN reservations USING (order_id) GROUP BY product_id) l ON l.product_id = p.id
ORDER BY p.sku"""
"""Where each product's units are: still to be sold, held for unpaid orders, sold. One statement sees one moment."""
LEDGER = """
SELECT p.sku, p.stock, coalesce(sum(m.delta), 0)::int AS ledger
FROM products p LEFT JOIN stock_movements m ON m.product_id = p.id GROUP BY p.id"""
RESERVATIONS = """
SELECT r.order_id::text, r.status, coalesce(sum(l.qty - l.restocked), 0)::int AS kept
FROM reservations r LEFT JOIN reservation_lines l USING (order_id) GROUP BY r.order_id"""
MOVEMENTS = """
SELECT m.by, p.sku, m.reason, count(*)::int AS times
FROM stock_movements m JOIN products p ON p.id = m.product_id WHERE m.by LIKE 'order:%' GROUP BY 1, 2, 3"""
GIVEN_BACK = """
SELECT c.order_id::text, r.amount
FROM emulated_provider.refunds r JOIN emulated_provider.charges c ON c.id = r.charge_id"""
OUTBOX = "SELECT id::text, type, status, data FROM outbox"

QUERIES: Mapping[str, tuple[str, str]] = {
    "balances": ("catalog", BALANCES),
    "ledger": ("catalog", LEDGER),
    "movements": ("catalog", MOVEMENTS),
    "reservations": ("catalog", RESERVATIONS),
    "orders": ("orders", "SELECT id::text, user_id::text, status, total, recovery_point FROM orders"),
    "order_events": ("orders", "SELECT order_id::text, type FROM order_events"),
    "payments": ("payments", "SELECT id::text, order_id::text, amount, status, order_told_at FROM payments"),
    "refunds": ("payments", "SELECT id::text, order_id::text, status FROM refunds"),
    "charges": (
        "payments",
        "SELECT id, order_id::text, amount FROM emulated_provider.charges WHERE status = 'captured'",
    ),
    "given_back": ("payments", GIVEN_BACK),
    "sent_mails": ("notifications", "SELECT event_id::text, recipient, subject FROM sent_mails"),
}
"""By name: the service whose database is asked, and what."""
QUEUES_SECONDS = 10
PUBLISHERS = ("auth", "catalog", "orders", "payments")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rows by the name of their query, the outboxes' and inboxes' by service; `subscriptions` by consumer."""

    rows: Mapping[str, Sequence[Row]]
    outboxes: Mapping[str, Sequence[Row]]
    inboxes: Mapping[str, Sequence[str]]
    subscriptions: Mapping[str, frozenset[str]]
    stock: Mapping[str, int]
    """What there was of each SKU at first."""
    queues: Mapping[str, int]
    """How many messages are in each queue and can be, or were, received."""
    mailbox: Counter[tuple[str, str]]
    """How many mails the embedded place has caught, by recipient and subject."""

    def __getitem__(self, name: str) -> Sequence[Row]:
        return self.rows[name]

    @property
    def facts(self) -> list[Row]:
        """What all services have told."""
        return [row for rows in self.outboxes.values() for row in rows]


class Archive:
    """The databases of a running shop, and the mails below its state folder."""

    def __init__(self, shop: OwnShop, stock: Mapping[str, int]) -> None:
        server = shop.cloud.facts["postgres"]
        self._server = {"host": server["host"], "port": server["port"], "user": "postgres"}
        self._password = Path(server["superuser_password_file"]).read_text().strip()
        self._stock = stock
        self._subscriptions = subscriptions(place.ROOT / "template.yaml")
        self._queues_url = shop.cloud.queues_url
        self._mails = shop.state / "aws" / "mails"
        self._read_mails: set[Path] = set()
        self._mailbox: Counter[tuple[str, str]] = Counter()

    def address(self, service: str) -> str:
        """The service's database, for the superuser."""
        return psycopg.conninfo.make_conninfo(**self._server, password=self._password, dbname=service)

    def read(self) -> Evidence:
        """Everything as it is now. Raises psycopg.Error and requests.RequestException."""
        wanted = {
            **QUERIES,
            **{f"outbox of {service}": (service, OUTBOX) for service in PUBLISHERS},
            **{f"inbox of {service}": (service, "SELECT event_id::text FROM inbox") for service in self._subscriptions},
        }
        queues = self._count_messages()  # first: what has left a queue since is in the database
        with ThreadPoolExecutor(4) as pool:
            found = dict(zip(wanted, pool.map(lambda query: self._fetch(*query), wanted.values()), strict=True))
        return Evidence(
            rows={name: found[name] for name in QUERIES},
            outboxes={service: found[f"outbox of {service}"] for service in PUBLISHERS},
            inboxes={
                service: [row["event_id"] for row in found[f"inbox of {service}"]] for service in self._subscriptions
            },
            subscriptions=self._subscriptions,
            stock=self._stock,
            queues=queues,
            mailbox=self._look_into_mailbox(),
        )

    def execute(self, service: str, statement: str) -> None:
        """Change a service's rows behind its back."""
        with psycopg.connect(self.address(service), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _count_messages(self) -> dict[str, int]:
        queues = requests.get(self._queues_url, timeout=QUEUES_SECONDS).json()
        return {queue["name"]: queue["waiting"] + queue["in_flight"] for queue in queues}

    def _look_into_mailbox(self) -> Counter[tuple[str, str]]:
        """Mails never change: each is read once."""
        new = set(self._mails.glob("*.json")) - self._read_mails
        for mail in (json.loads(file.read_text()) for file in new):
            self._mailbox.update((recipient, mail["subject"]) for recipient in mail["to"])
        self._read_mails |= new
        return self._mailbox.copy()

    def _fetch(self, service: str, query: str) -> list[Row]:
        with psycopg.connect(self.address(service), row_factory=dict_row) as connection:
            return connection.execute(query.encode()).fetchall()


def subscriptions(template: Path) -> dict[str, frozenset[str]]:
    """Which types of event the rules of the template send to which service: its queue is called <Service>Queue."""
    resources: dict[str, Any] = yaml_parse(template.read_text())["Resources"]
    rules = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::Events::Rule"]
    return {
        _logical_id(target["Arn"]).removesuffix("Queue").lower(): frozenset(rule["EventPattern"]["detail-type"])
        for rule in rules
        for target in rule["Targets"]
    }


def _logical_id(reference: Mapping[str, Any]) -> str:
    """What a Fn::GetAtt speaks of."""
    named = reference["Fn::GetAtt"]
    return str(named[0]) if isinstance(named, list) else str(named).partition(".")[0]
