"""Orders on a real Postgres, in front of a real cart and a real catalog, asked through their Lambda handlers."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import psycopg
import pytest
from moto.sqs.models import sqs_backends
from psycopg.rows import dict_row

from conftest import empty_tables
from factories.carts import Products
from factories.events import Http, LambdaContext
from factories.ordering import Person, Shop
from factories.queue_events import reminder_message, sqs_batch
from factories.service_process import serving
from localcloud.cache import Cache
from localcloud.state import free_port
from shopkit import runtime
from shopkit.auth.principal import Role
from shopkit.db import reading, session

ACCOUNT, QUEUE = "123456789012", "OrdersReminders"
SHIPPING = [
    {"id": "pickup", "name": "Pick up in the shop", "price": "0.00", "needs_address": False},
    {"id": "standard", "name": "Standard delivery", "price": "4.90", "needs_address": True},
]


def close_connections() -> None:
    """Another service's tests may come next in this process, with a database of their own."""
    runtime.loop().run_until_complete(reading.close())
    runtime.loop().run_until_complete(session.close())


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    server = Cache(tmp_path_factory.mktemp("cache"), free_port())
    runtime.loop().run_until_complete(server.start())
    yield server
    runtime.loop().run_until_complete(server.stop())


@pytest.fixture(scope="session")
def catalog_database(make_database: Callable[[str], str]) -> str:
    return make_database("catalog_behind_orders")


@pytest.fixture(scope="session")
def catalog(aws: str, catalog_database: str) -> Iterator[str]:
    """The address of a catalog."""
    with serving("catalog", {"DATABASE_URL": catalog_database}) as address:
        yield address


@pytest.fixture(scope="session")
def cart(aws: str, cache: Cache, catalog: str) -> Iterator[str]:
    """The address of a cart."""
    with serving("cart", {"REDIS_URL": cache.url, "CATALOG_URL": catalog}) as address:
        yield address


@pytest.fixture(scope="session")
def migrated(make_database: Callable[[str], str]) -> str:
    """The address of an orders database with all migrations."""
    address = make_database("orders")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", address)
        from orders.handler import migrate

        migrate({}, None)
        close_connections()
    return address


@pytest.fixture(scope="module")
def database(migrated: str) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", migrated)
        environment.setenv("SHIPPING_METHODS", json.dumps(SHIPPING))
        yield migrated
        close_connections()


@pytest.fixture
def settle(cart: str, catalog: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Sets where orders finds the others: `settle(catalog="http://…")`."""
    from orders import carts, reservations

    def forget() -> None:
        carts.cart.cache_clear()
        reservations.catalog.cache_clear()

    def settle(*, cart: str = cart, catalog: str = catalog) -> None:
        monkeypatch.setenv("CART_URL", cart)
        monkeypatch.setenv("CATALOG_URL", catalog)
        forget()

    yield settle
    forget()


@pytest.fixture
def http(database: str, settle: Callable[..., None]) -> Http:
    from orders.handler import http as handler

    settle()
    empty_tables(database)
    return Http(handler)


@pytest.fixture
def rows(http: Http, database: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """A look behind the service."""
    with psycopg.connect(database, autocommit=True, row_factory=dict_row) as connection:
        yield connection


@pytest.fixture
def shop(http: Http, cart: str, catalog: str, admin_token: str) -> Shop:
    return Shop(http, cart, catalog, Products(catalog, admin_token))


@pytest.fixture
def admin(shop: Shop) -> Person:
    return shop.person(Role.admin)


@pytest.fixture
def reminders(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[tuple[str, int]]]]:
    """The reminders that were sent: of which order, and how many seconds later they come."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    monkeypatch.setenv("REMINDERS_URL", url)

    def sent() -> list[tuple[str, int]]:
        messages = sqs_backends[ACCOUNT]["eu-central-1"].queues[QUEUE]._messages  # noqa: SLF001 - none comes in time
        bodies = [(json.loads(each.body), each) for each in messages]
        return [
            (body["order_id"], round((each.delayed_until - (each.sent_timestamp or 0)) / 1000))
            for body, each in bodies
            if body["reminder"] == "order"
        ]

    yield sent
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def remind(http: Http) -> Callable[..., dict[str, Any]]:
    """Lets the reminder of an order come."""
    from orders.handler import relay

    def come(order_id: str) -> dict[str, Any]:
        return relay(sqs_batch(reminder_message("order", order_id=order_id)), LambdaContext())

    return come


@pytest.fixture
def sweep(http: Http) -> Callable[[], dict[str, Any]]:
    """Lets the schedule come; what it found."""
    from orders.handler import relay

    return lambda: relay({"detail-type": "Scheduled Event"}, LambdaContext())


@pytest.fixture
def facts(rows: psycopg.Connection[dict[str, Any]]) -> Callable[..., list[dict[str, Any]]]:
    """What orders has told of an order, the oldest first: `type`, `version` and `data` of each."""

    def told(placed: dict[str, Any]) -> list[dict[str, Any]]:
        query = "SELECT type, version, data FROM outbox WHERE data->>'order_id' = %s ORDER BY position"
        return rows.execute(query, [placed["order_id"]]).fetchall()

    return told


@pytest.fixture
def unused_address() -> str:
    """Where nothing listens."""
    return f"http://127.0.0.1:{free_port()}"
