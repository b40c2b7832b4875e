"""Notifications on a real Postgres, between a real auth and moto's SES, fed with batches as by SQS."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import psycopg
import pytest

from conftest import empty_tables
from factories.events import Http
from factories.mails import Accounts, Mailbox, Queue
from factories.service_process import serving
from shopkit import runtime
from shopkit.aws import api
from shopkit.db import address, reading, session

SENDER = "shop@example.com"


@pytest.fixture(scope="session")
def migrated(make_database: Callable[[str], str]) -> str:
    """The address of notifications' database with all migrations."""
    url = make_database("notifications")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", url)
        from notifications.handler import migrate

        migrate({}, None)
        forget_connections()
    return url


@pytest.fixture(scope="session")
def auth_database(make_database: Callable[[str], str]) -> str:
    return make_database("auth_behind_notifications")


@pytest.fixture(scope="session")
def auth(aws: str, auth_database: str) -> Iterator[str]:
    """The address of an auth."""
    with serving("auth", {"DATABASE_URL": auth_database, "ADMIN_PASSWORD": ""}) as url:
        yield url


@pytest.fixture(scope="module")
def settings(migrated: str, aws: str) -> Iterator[str]:
    """The environment names the database, the sender and the shop; another service's tests may come next."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", migrated)
        environment.setenv("MAIL_FROM", SENDER)
        environment.setenv("PUBLIC_URL", "https://shop.test/")
        yield migrated
        forget_connections()


@pytest.fixture
def database(settings: str) -> str:
    """Notifications' database, empty."""
    empty_tables(settings)
    return settings


@pytest.fixture
def rows(database: str) -> Iterator[psycopg.Connection[Any]]:
    """A look behind the service."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


@pytest.fixture
def find_auth(auth: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets where the service looks for auth."""
    from notifications import addresses

    def find(url: str) -> None:
        monkeypatch.setenv("AUTH_URL", url)
        addresses.auth.cache_clear()

    find(auth)
    yield find
    addresses.auth.cache_clear()


@pytest.fixture
def find_ses(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets where the service looks for SES."""

    def find(url: str) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", url)
        api.kept_api.cache_clear()

    yield find
    api.kept_api.cache_clear()


@pytest.fixture
def mailbox(aws: str) -> Mailbox:
    """Whatever SES sends, as an empty box."""
    boto3.client("ses").verify_email_identity(EmailAddress=SENDER)
    return Mailbox()


@pytest.fixture
def accounts(auth: str, auth_database: str) -> Accounts:
    return Accounts(auth, auth_database)


@pytest.fixture
def queue(database: str, find_auth: Callable[[str], None], mailbox: Mailbox) -> Queue:
    from notifications.handler import events

    return Queue(events)


@pytest.fixture
def http(database: str) -> Http:
    from notifications.handler import http as handler

    return Http(handler)


def forget_connections() -> None:
    """Let the next request read its settings and connect anew."""
    runtime.loop().run_until_complete(reading.close())
    runtime.loop().run_until_complete(session.close())
    address.forget()
