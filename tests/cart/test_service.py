"""What the whole service promises: health, documentation, a quick start."""

import subprocess
import sys

from factories.events import Http


class TestHealth:
    def test_well(self, http: Http) -> None:
        reply = http("GET", "/cart/health")
        assert (reply.status, reply.json()) == (200, {"status": "ok", "service": "cart", "redis": "ok"})


def test_documents_every_operation(http: Http) -> None:
    document = http("GET", "/cart/openapi.json").json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    identities = [operation["operationId"] for operation in operations]
    assert len(identities) == len(set(identities)) == 9
    assert all(operation["description"] for operation in operations)
    assert all({"internal": []} in operation["security"] for operation in operations)


def test_importing_is_cheap() -> None:
    """A cart needs Redis for whatever it does, and no database (docs/decisions)."""
    heavy = ["sqlalchemy", "psycopg", "alembic", "boto3", "botocore.session", "jinja2", "jwt", "multipart", "httpx"]
    code = f"import sys, cart.handler; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, capture_output=True, check=True
    )
    assert found.stdout.strip() == b"[]"
