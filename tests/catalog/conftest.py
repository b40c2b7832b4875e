"""The catalog on a real Postgres, asked through its Lambda handler."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from conftest import empty_tables
from factories.catalogue import AtOnce, Catalogue
from factories.events import Http
from factories.product_files import Importer
from shopkit import runtime


@pytest.fixture(scope="session")
def migrated(make_database: Callable[[str], str]) -> str:
    """The address of a catalog database with all migrations."""
    address = make_database("catalog")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", address)
        from catalog.handler import migrate

        migrate({}, None)
        close_connections()
    return address


def close_connections() -> None:
    """Another service's tests may come next in this process, with a database of their own."""
    from shopkit.db import reading, session

    runtime.loop().run_until_complete(reading.close())
    runtime.loop().run_until_complete(session.close())


@pytest.fixture(scope="module")
def catalog(migrated: str, aws: str) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", migrated)
        environment.setenv("IMAGE_BUCKET", "pictures")
        environment.setenv("IMAGES_URL", "https://pictures.test")
        yield migrated
        close_connections()


@pytest.fixture
def database(catalog: str) -> str:
    """The catalog's database, empty."""
    empty_tables(catalog)
    return catalog


@pytest.fixture
def rows(database: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the test's own, to look behind the service."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


@pytest.fixture
def http(database: str) -> Http:
    from catalog.handler import http

    return Http(http)


@pytest.fixture
def shop(http: Http, admin_token: str) -> Catalogue:
    return Catalogue(http, admin_token)


@pytest.fixture
def at_once(database: str, admin_token: str) -> AtOnce:
    from catalog.app import app

    return AtOnce(app, admin_token)


@pytest.fixture
def make_product(shop: Catalogue) -> Callable[..., dict[str, Any]]:
    return shop.product


@pytest.fixture
def do_import(http: Http, admin_token: str) -> Importer:
    return Importer(http, admin_token)
