"""Payments on a real Postgres, asked through its Lambda handlers; orders is an honest double over HTTP."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import psycopg
import pytest

from conftest import empty_tables
from factories.events import Http
from factories.payments import Background, Books, Died, Payer, new_payer
from fakes.orders import FakeOrder, FakeOrders, fake_orders
from payments.providers.protocol import Provider
from shopkit import runtime
from shopkit.auth.principal import Role


def close_connections() -> None:
    """Another service's tests may come next in this process, with a database of their own."""
    from payments import orders_api
    from payments.providers import ledger
    from shopkit.db import reading, session

    for close in (reading.close, session.close, ledger.close):
        runtime.run(close())
    orders_api.orders.cache_clear()


@pytest.fixture(scope="session")
def migrated(make_database: Callable[[str], str]) -> str:
    """The address of a payments database with all migrations."""
    address = make_database("payments")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", address)
        from payments.handler import migrate

        migrate({}, None)
        close_connections()
    return address


@pytest.fixture(scope="module")
def orders_service(aws: str) -> Iterator[FakeOrders]:
    with fake_orders() as orders:
        yield orders


@pytest.fixture(scope="module")
def settings(migrated: str, orders_service: FakeOrders) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", migrated)
        environment.setenv("ORDERS_URL", orders_service.url)
        environment.setenv("WEBHOOK_SECRET", "only-for-tests")
        yield migrated
        close_connections()


@pytest.fixture
def database(settings: str) -> str:
    """The service's database, and the provider's ledger, empty."""
    empty_tables(settings)
    with psycopg.connect(settings, autocommit=True) as connection:
        connection.execute("TRUNCATE emulated_provider.charges CASCADE")
    return settings


@pytest.fixture
def books(database: str) -> Iterator[Books]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield Books(connection)


@pytest.fixture
def orders(orders_service: FakeOrders, database: str) -> FakeOrders:
    """Orders, without any."""
    orders_service.orders.clear()
    orders_service.callbacks.clear()
    return orders_service


@pytest.fixture
def http(orders: FakeOrders) -> Http:
    from payments.handler import http

    return Http(http)


@pytest.fixture
def payer(http: Http) -> Payer:
    return new_payer(http)


@pytest.fixture
def other(http: Http) -> Payer:
    return new_payer(http)


@pytest.fixture
def admin(http: Http) -> Payer:
    return new_payer(http, Role.admin)


@pytest.fixture
def background(orders: FakeOrders) -> Background:
    from payments.handler import events, relay

    return Background(relay, events)


@pytest.fixture
def use_provider(monkeypatch: pytest.MonkeyPatch) -> Callable[[Provider], None]:
    """Lets payments use another provider."""
    from payments.providers import choosing

    def use(provider: Provider) -> None:
        monkeypatch.setitem(choosing.PROVIDERS, "of the test", lambda: provider)
        monkeypatch.setenv("PAYMENT_PROVIDER", "of the test")

    return use


@pytest.fixture
def find_orders(monkeypatch: pytest.MonkeyPatch, orders: FakeOrders) -> Iterator[Callable[[str], None]]:
    """Sets where payments looks for orders."""
    from payments import orders_api

    def find(url: str) -> None:
        monkeypatch.setenv("ORDERS_URL", url)
        orders_api.orders.cache_clear()

    yield find
    orders_api.orders.cache_clear()


@pytest.fixture
def pay_and_die(payer: Payer, orders: FakeOrders) -> Callable[..., FakeOrder]:
    """Begins to pay an order, in a process that dies on the way."""
    from payments.app import app

    def begin(key: str | None = None, **wanted: Any) -> FakeOrder:
        order = orders.make(payer.id)
        with pytest.raises(Died):
            payer.at_once(app, order, 1, key, **wanted)
        return order

    return begin


@pytest.fixture
def queue(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The queue of payments' reminders."""
    queue = boto3.resource("sqs").create_queue(QueueName=f"reminders-{uuid.uuid4()}")
    monkeypatch.setenv("REMINDERS_URL", queue.url)
    yield queue
    queue.delete()


@pytest.fixture
def paid(payer: Payer, orders: FakeOrders) -> FakeOrder:
    """An order that its payer has paid."""
    order = orders.make(payer.id)
    assert payer.pay(order).status == 200
    return order
