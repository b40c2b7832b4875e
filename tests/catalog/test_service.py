"""What the whole service promises: health, documentation, and how it fails."""

import subprocess
import sys

import pytest
from pydantic import BaseModel

from catalog import schemas
from catalog.handler import http as handler
from conftest import free_port
from factories.catalogue import CATEGORIES, NOWHERE, PRODUCTS, Catalogue, fields_named, path_of
from factories.events import Http
from shopkit import runtime
from shopkit.db import reading, session


class TestHealth:
    def test_well(self, http: Http) -> None:
        reply = http("GET", "/catalog/health")
        assert (reply.status, reply.json()) == (200, {"status": "ok", "service": "catalog", "database": "ok"})


class TestDatabaseDown:
    @pytest.fixture
    def down(self, catalog: str, monkeypatch: pytest.MonkeyPatch) -> Http:
        for close in (reading.close, session.close):
            runtime.loop().run_until_complete(close())
        monkeypatch.setenv("DATABASE_URL", f"postgresql://catalog@127.0.0.1:{free_port()}/catalog")
        return Http(handler)

    def test_health(self, down: Http) -> None:
        reply = down("GET", "/catalog/health")
        assert (reply.status, reply.json()["database"]) == (503, "database unavailable")

    @pytest.mark.parametrize("path", [PRODUCTS, f"{PRODUCTS}/{NOWHERE}", f"{PRODUCTS}/by-handle/mug", CATEGORIES])
    def test_reading(self, down: Http, path: str) -> None:
        reply = down("GET", path)
        assert (reply.status, reply.json()["code"]) == (503, "database_unavailable")
        assert reply.headers["retry-after"] == "1"

    def test_writing(self, down: Http, admin_token: str) -> None:
        reply = down("POST", CATEGORIES, json_body={"name": "Kitchen"}, token=admin_token)
        assert (reply.status, reply.json()["code"]) == (503, "database_unavailable")


class TestBadRequests:
    def test_unknown_path(self, http: Http) -> None:
        assert http("GET", "/catalog/nothing").status == 404

    def test_unknown_method(self, http: Http) -> None:
        assert http("PUT", PRODUCTS).status == 405

    def test_no_json(self, http: Http, admin_token: str) -> None:
        headers = {"content-type": "application/json"}
        assert http("POST", PRODUCTS, body=b"{", headers=headers, token=admin_token).status == 422

    def test_no_body(self, http: Http, admin_token: str) -> None:
        assert http("POST", PRODUCTS, token=admin_token).status == 422

    def test_a_list_for_a_body(self, http: Http, admin_token: str) -> None:
        assert http("POST", PRODUCTS, json_body=[], token=admin_token).status == 422

    def test_unknown_field_of_an_unknown_product(self, http: Http, admin_token: str) -> None:
        reply = http("PATCH", f"{PRODUCTS}/{NOWHERE}", json_body={"colour": "blue"}, token=admin_token)
        assert fields_named(reply) == ["colour"]


def test_documents_every_operation(http: Http) -> None:
    document = http("GET", "/catalog/openapi.json").json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    identities = [operation["operationId"] for operation in operations]
    assert len(identities) == len(set(identities)) == 22
    assert all(operation["description"] for operation in operations)


def test_answers_are_as_documented(http: Http, shop: Catalogue, admin_token: str) -> None:
    shop.category("Kitchen")
    product = shop.product(handle="mug", categories=["kitchen"], stock=1, compare_at_price="20.00")
    http("POST", f"{path_of(product)}/images", json_body={"content_type": "image/png", "size": 1}, token=admin_token)
    listed = {"facets": "true", "group": "handle"}
    documented: list[tuple[str, dict[str, str], type[BaseModel]]] = [
        (path_of(product), {}, schemas.Product),
        (f"{path_of(product)}/stock", {}, schemas.MovementPage),
        (f"{PRODUCTS}/by-handle/mug", {}, schemas.Listing),
        (PRODUCTS, listed, schemas.ProductPage),
        (CATEGORIES, {}, schemas.CategoryPage),
    ]
    for path, query, model in documented:
        answer = http("GET", path, query=query, token=admin_token).json()
        assert model.model_validate(answer, extra="forbid")


def imported(entry: str, names: list[str]) -> str:
    """Which of these modules the cold start of a function with that entry has imported."""
    code = f"import sys, catalog.handler; print([name for name in {names} if name in sys.modules])"
    environment = {"PYTHONPATH": ":".join(sys.path), "_HANDLER": f"catalog.handler.{entry}"}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    return found.stdout.decode().strip()


def test_importing_for_an_anonymous_read_is_cheap() -> None:
    """What writers need is imported when somebody writes (docs/decisions)."""
    heavy = ["sqlalchemy", "alembic", "boto3", "botocore.session", "jinja2", "jwt", "slugify", "multipart", "httpx"]
    assert imported("http", ["fastapi", *heavy]) == "['fastapi']"


def test_importing_for_the_relay_is_cheap() -> None:
    assert imported("relay", ["shopkit.events.relaying", "fastapi", "sqlalchemy", "alembic"]) == (
        "['shopkit.events.relaying']"
    )
