"""Carts on a real Valkey, in front of a real catalog, asked through the Lambda handler."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from redis import Redis

from conftest import empty_tables
from factories.carts import Basket, Products, guest_of
from factories.events import Http
from factories.service_process import serving
from localcloud.cache import Cache
from localcloud.state import free_port
from shopkit import runtime
from shopkit.auth.principal import Principal, Role, issue


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    """Watched on the loop that the handler runs on: it lives again whenever that loop runs."""
    server = Cache(tmp_path_factory.mktemp("cache"), free_port())
    runtime.loop().run_until_complete(server.start())
    yield server
    runtime.loop().run_until_complete(server.stop())


@pytest.fixture(scope="session")
def catalog_database(make_database: Callable[[str], str]) -> str:
    return make_database("catalog_behind_cart")


@pytest.fixture(scope="session")
def catalog(aws: str, catalog_database: str) -> Iterator[str]:
    """The address of a catalog."""
    with serving("catalog", {"DATABASE_URL": catalog_database, "IMAGES_URL": "https://pictures.test"}) as address:
        yield address


@pytest.fixture
def settle(cache: Cache, catalog: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Sets where the cart finds Redis and catalog: `settle(catalog="http://…")`."""
    from cart import offers, redis_server

    def forget() -> None:
        runtime.loop().run_until_complete(redis_server.close())
        offers.catalog.cache_clear()

    def settle(*, redis: str = cache.url, catalog: str = catalog) -> None:
        monkeypatch.setenv("REDIS_URL", redis)
        monkeypatch.setenv("CATALOG_URL", catalog)
        forget()

    yield settle
    forget()


@pytest.fixture
def redis(cache: Cache) -> Iterator[Redis]:
    """A look behind the service, at an empty server."""
    with Redis.from_url(cache.url, decode_responses=True) as connection:
        connection.flushall()
        yield connection


@pytest.fixture
def http(redis: Redis, settle: Callable[..., None], catalog_database: str) -> Http:
    from cart.handler import http as handler

    settle()
    empty_tables(catalog_database)
    return Http(handler)


@pytest.fixture
def make_shopper(http: Http, aws: str) -> Callable[[], Basket]:
    def make() -> Basket:
        who = Principal(str(uuid.uuid4()), Role.user, str(uuid.uuid4()))
        token = runtime.loop().run_until_complete(issue(who))
        return Basket(http, who.id, {"authorization": f"Bearer {token}"})

    return make


@pytest.fixture
def shopper(make_shopper: Callable[[], Basket]) -> Basket:
    return make_shopper()


@pytest.fixture
def guest(http: Http) -> Basket:
    return guest_of(http)


@pytest.fixture
def products(http: Http, catalog: str, admin_token: str) -> Products:
    return Products(catalog, admin_token)


@pytest.fixture
def unused_address() -> str:
    """Where nothing listens."""
    return f"http://127.0.0.1:{free_port()}"
