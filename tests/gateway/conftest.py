"""The gateway, asked through its Lambda handler, in front of real services on a real Postgres."""

import json
import os
import runpy
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest

from conftest import empty_tables
from factories.events import Http
from factories.service_process import serving
from factories.visit import Visit
from localcloud.cache import Cache
from localcloud.state import free_port
from shopkit import runtime

ROOT = Path(__file__).parents[2]
ADMIN, ADMIN_PASSWORD = "admin@example.com", "admin123"
PASSWORD = "correct horse"
BUCKET = "pictures"
SHIPPING_METHODS = """[
  {"id": "pickup", "name": "Pick up in the shop", "price": "0.00", "needs_address": false},
  {"id": "standard", "name": "Standard delivery", "price": "4.90", "needs_address": true}]"""
_numbers = count(1)

MakeProduct = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Services:
    """Where the services behind the gateway are."""

    addresses: dict[str, str]
    databases: dict[str, str]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    """A Valkey, for carts."""
    server = Cache(tmp_path_factory.mktemp("cache"), free_port())
    runtime.loop().run_until_complete(server.start())
    yield server
    runtime.loop().run_until_complete(server.stop())


@pytest.fixture(scope="session")
def services(aws: str, make_database: Callable[[str], str], cache: Cache) -> Iterator[Services]:
    """Each on a database of its own, without events between them: what a page shows, it asks for."""
    databases = {name: make_database(f"{name}_behind_gateway") for name in ("auth", "catalog", "orders", "payments")}
    settings: dict[str, dict[str, str]] = {
        "auth": {"ADMIN_EMAIL": ADMIN, "ADMIN_PASSWORD": ADMIN_PASSWORD},
        "catalog": {"IMAGE_BUCKET": BUCKET, "IMAGES_URL": "https://pictures.test"},
        "cart": {"REDIS_URL": cache.url},
        "orders": {"SHIPPING_METHODS": SHIPPING_METHODS},
        "payments": {"WEBHOOK_SECRET": "only-for-tests"},
    }
    addresses: dict[str, str] = {}
    with ExitStack() as running:
        for name, own in settings.items():
            known = {f"{other.upper()}_URL": address for other, address in addresses.items()}
            database = {"DATABASE_URL": databases[name]} if name in databases else {}
            addresses[name] = running.enter_context(serving(name, {**known, **database, **own}))
        yield Services(addresses, databases)


@pytest.fixture
def bucket(aws: str) -> Iterator[Any]:
    """Where catalog keeps pictures, empty."""
    made = boto3.resource("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": os.environ["AWS_REGION"]}
    )
    yield made
    made.objects.delete()
    made.delete()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The static files, built for this run."""
    from gateway.web import assets

    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["build_assets.py", str(folder)])
        runpy.run_path(str(ROOT / "functions" / "gateway" / "build_assets.py"), run_name="__main__")
        patch.setattr(assets, "BUILT", folder)
        yield folder


@pytest.fixture
def places(services: Services, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets where the gateway finds its services: `places(catalog="http://…")`."""
    from gateway import services as clients

    def settle(**elsewhere: str) -> None:
        for name, url in {**services.addresses, **elsewhere}.items():
            monkeypatch.setenv(f"{name.upper()}_URL", url)
        for client in (clients.auth, clients.catalog, clients.cart, clients.orders, clients.payments):
            client.cache_clear()

    return settle


@pytest.fixture
def http(services: Services, built: Path, places: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Http:
    """The gateway in front of a catalog without products, and without orders."""
    from gateway.handler import http as handler

    monkeypatch.setenv("STAGE", "embedded")
    for name in ("catalog", "orders", "payments"):
        empty_tables(services.databases[name])
    places()
    return Http(handler)


@pytest.fixture
def nobody(http: Http) -> Visit:
    return Visit(http)


@pytest.fixture
def shopper(http: Http) -> Visit:
    """Somebody who has just registered and is signed in."""
    visit = Visit(http)
    visit.get("/register")
    visit.post("/register", {"email": f"shopper-{next(_numbers)}-{id(visit)}@example.com", "password": PASSWORD})
    assert "access_token" in visit.cookies
    return visit


@pytest.fixture
def admin(http: Http) -> Visit:
    visit = Visit(http)
    visit.sign_in(ADMIN, ADMIN_PASSWORD)
    assert "access_token" in visit.cookies
    return visit


@pytest.fixture
def make_product(http: Http, admin_token: str) -> MakeProduct:
    """Makes a product through the API; all fields have defaults."""

    def make(**fields: Any) -> dict[str, Any]:
        number = next(_numbers)
        body = {"sku": f"SKU-{number}", "name": f"Thing {number}", "price": "10.00", "stock": 5, **fields}
        reply = http("POST", "/api/products", json_body=body, token=admin_token)
        assert reply.status == 201, reply.text
        product: dict[str, Any] = json.loads(reply.body)
        return product

    return make


@pytest.fixture
def dead_address() -> str:
    """Where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def cart_without_catalog(cache: Cache, aws: str, dead_address: str) -> Iterator[str]:
    """A cart service that knows the same carts, but finds no catalog."""
    with serving("cart", {"REDIS_URL": cache.url, "CATALOG_URL": dead_address}) as cart:
        yield cart


@pytest.fixture
def silent_address() -> Iterator[str]:
    """Where connections are taken, and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], tuple[str, list[bytes]]]]:
    """Starts servers that give one answer to whatever they are asked: `answering(answer)` → address, what was heard."""
    with ExitStack() as servers:

        def start(answer: bytes) -> tuple[str, list[bytes]]:
            heard: list[bytes] = []
            return servers.enter_context(_serving_always(answer, heard)), heard

        yield start


@contextmanager
def _serving_always(answer: bytes, heard: list[bytes]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    heard.append(connection.recv(65536))
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
