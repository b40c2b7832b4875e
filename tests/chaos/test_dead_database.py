"""One service's database is away: the shop says so where it must, goes on where it can, and comes back by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from factories.place import ADMIN, RunningShop
from factories.problems import assert_problem
from factories.waiting import wait_for

HTML = {"Accept": "text/html"}


@contextmanager
def closed(shop: RunningShop, database: str) -> Iterator[None]:
    """Postgres lets nobody into this database, and throws out whoever is in."""
    server = shop.facts["postgres"]
    password = Path(server["superuser_password_file"]).read_text().strip()
    address = psycopg.conninfo.make_conninfo(
        host=server["host"], port=server["port"], user="postgres", password=password, dbname="postgres"
    )
    with psycopg.connect(address, autocommit=True) as superuser:
        superuser.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false".encode())
        superuser.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [database]
        )
        try:
            yield
        finally:
            superuser.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true".encode())


@pytest.fixture
def client(running_shop: RunningShop) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running_shop.url, timeout=35) as client:
        yield client


def test_without_the_catalogs(running_shop: RunningShop, client: httpx.Client) -> None:
    with closed(running_shop, "catalog"):
        page = client.get("/", headers=HTML)
        assert page.status_code == 200
        assert 'href="/products/' not in page.text
        assert 'role="alert"' in page.text or 'role="status"' in page.text
        problem = assert_problem(client.get("/api/products"), 503, "unavailable")
        assert problem["detail"] == "catalog unavailable"
        assert client.get("/health").json() == {"status": "ok"}
        assert client.get("/catalog/health").status_code == 503
        assert client.post("/auth/login", data=ADMIN).status_code == 200
    wait_for(lambda: client.get("/api/products").status_code == 200)
    assert 'href="/products/' in client.get("/", headers=HTML).text


def test_without_auths(running_shop: RunningShop, client: httpx.Client) -> None:
    with closed(running_shop, "auth"):
        assert client.get("/api/products").status_code == 200
        assert client.get("/", headers=HTML).status_code == 200
        assert client.post("/auth/login", data=ADMIN).status_code == 503
    wait_for(lambda: client.post("/auth/login", data=ADMIN).status_code == 200)
