"""What notifications answers, and what its tables are."""

import subprocess
import sys
from collections.abc import Callable

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from conftest import free_port
from factories.events import Http, Reply
from factories.mails import Queue, order_paid, registered
from notifications.handler import MIGRATIONS, migrate
from notifications.models import Base
from notifications.schemas import MailList
from shopkit import runtime
from shopkit.auth.internal import token_for
from shopkit.db import session
from shopkit.db.migrations import alembic_config

from .conftest import forget_connections

PATH = "/internal/mails"
QUERY = {"correlation_id": "a-correlation-id"}


def on_connection(work: Callable[[Connection], object]) -> object:
    async def run() -> object:
        async with session.engine().begin() as connection:
            return await connection.run_sync(work)

    return runtime.loop().run_until_complete(run())


class TestListMails:
    def ask(self, http: Http, *, caller: str = "gateway", correlation_id: str = "a-correlation-id") -> Reply:
        token = runtime.loop().run_until_complete(token_for(caller, "notifications"))
        headers, query = {"x-internal-token": token}, {"correlation_id": correlation_id}
        return http("GET", PATH, query=query, headers=headers, api_id="direct")

    def test_through_api_gateway(self, http: Http) -> None:
        assert http("GET", PATH, query=QUERY).status == 404

    def test_anonymous(self, http: Http, admin_token: str) -> None:
        assert http("GET", PATH, query=QUERY, api_id="direct").status == 401
        assert http("GET", PATH, query=QUERY, api_id="direct", token=admin_token).status == 401

    def test_another_service(self, http: Http) -> None:
        assert self.ask(http, caller="orders").status == 403

    @pytest.mark.parametrize("correlation_id", ["", "x" * 129, "\x00"])
    def test_invalid(self, http: Http, correlation_id: str) -> None:
        assert self.ask(http, correlation_id=correlation_id).status == 422

    def test_none(self, http: Http) -> None:
        reply = self.ask(http)
        assert (reply.status, reply.json()) == (200, {"items": []})
        assert reply.headers["cache-control"] == "no-store"

    def test_valid(self, http: Http, queue: Queue) -> None:
        nobody = "00000000-0000-4000-8000-000000000000"
        queue.deliver(order_paid(nobody), registered("ada@example.com"), registered(correlation_id="another"))
        answer = self.ask(http).json()
        assert MailList.model_validate(answer, extra="forbid")
        found = [(mail["template"], mail["recipient"], mail["sent_at"] is None) for mail in answer["items"]]
        assert found == [("welcome", "ada@example.com", False), ("order_confirmed", None, True)]


class TestHealth:
    def test_well(self, http: Http) -> None:
        reply = http("GET", "/notifications/health")
        assert (reply.status, reply.json()) == (200, {"status": "ok", "service": "notifications", "database": "ok"})

    def test_database_down(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", f"postgresql://notifications@127.0.0.1:{free_port()}/notifications")
        forget_connections()
        reply = http("GET", "/notifications/health")
        assert (reply.status, reply.json()["database"]) == (503, "database unavailable")
        forget_connections()


@pytest.mark.usefixtures("settings")
class TestMigrations:
    def test_models_and_migrations_agree(self) -> None:
        options = {"compare_type": True, "compare_server_default": True}
        differences = on_connection(
            lambda connection: compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
        )
        assert differences == []

    def test_migrating_again_changes_nothing(self) -> None:
        assert migrate({}, None) == migrate({}, None) == {"revision": "2026_11_23_forgetting"}

    def test_can_be_taken_back(self, make_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
        address = make_database("notifications_back")
        monkeypatch.setenv("DATABASE_URL", address)
        forget_connections()
        migrate({}, None)
        config = alembic_config(MIGRATIONS)

        def downgrade(connection: Connection) -> None:
            config.attributes["connection"] = connection
            command.downgrade(config, "base")

        on_connection(downgrade)
        forget_connections()
        with psycopg.connect(address) as connection:
            left = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert left == [("alembic_version",)]


def test_documents_every_operation(http: Http) -> None:
    document = http("GET", "/notifications/openapi.json").json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert [operation["operationId"] for operation in operations] == ["list_mails"]
    assert all(operation["description"] for operation in operations)


def test_a_mail_waits_for_no_orm(queue: Queue) -> None:
    """Nor for what the other entries need (docs/decisions)."""
    assert queue.deliver() == []
    heavy = ["sqlalchemy", "alembic", "boto3", "mangum", "notifications.app"]
    code = (
        "import sys; from factories.events import LambdaContext; from notifications.handler import events;"
        "events({'Records': []}, LambdaContext());"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, capture_output=True, check=True
    )
    assert found.stdout.strip().splitlines()[-1] == b"[]"
