"""The acceptance suite speaks plain HTTP to a base URL, and knows nothing else of the shop.

It runs unchanged against every place: `./shop test tests/acceptance --base-url https://…`
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx
import pytest

ADMIN = {"username": "admin@example.com", "password": "admin123"}
PASSWORD = "a-long-enough-password"

NewShopper = Callable[[], AbstractContextManager[httpx.Client]]


@pytest.fixture
def nobody(base_url: str) -> Iterator[httpx.Client]:
    """A client that nobody has signed in with; keeps cookies like a browser."""
    with httpx.Client(base_url=base_url, timeout=35) as client:
        yield client


@pytest.fixture(scope="session")
def admin(base_url: str) -> Iterator[httpx.Client]:
    """Signed in as the administrator, by cookie."""
    with httpx.Client(base_url=base_url, timeout=35) as client:
        client.post("/auth/login", data=ADMIN).raise_for_status()
        yield client


@pytest.fixture(scope="session")
def new_shopper(base_url: str) -> NewShopper:
    """Makes newly registered shoppers, signed in by cookie: `with new_shopper() as client`."""

    @contextmanager
    def make() -> Iterator[httpx.Client]:
        email = f"{uuid.uuid4()}@example.com"
        with httpx.Client(base_url=base_url, timeout=35) as client:
            client.post("/auth/register", json={"email": email, "password": PASSWORD}).raise_for_status()
            client.post("/auth/login", data={"username": email, "password": PASSWORD}).raise_for_status()
            yield client

    return make


@pytest.fixture(scope="session")
def shopper(new_shopper: NewShopper) -> Iterator[httpx.Client]:
    """A shopper whom tests share."""
    with new_shopper() as client:
        yield client


@pytest.fixture
def buyer(new_shopper: NewShopper) -> Iterator[httpx.Client]:
    """A shopper of this test's own, with an empty cart."""
    with new_shopper() as client:
        yield client


Product = dict[str, Any]


@pytest.fixture
def make_product(admin: httpx.Client) -> Callable[..., Product]:
    """Makes products that no other test has."""

    def make(**fields: Any) -> Product:
        sku = f"TEST-{uuid.uuid4()}"
        body = {"sku": sku, "name": f"Product {sku[:13]}", "price": "12.50", "stock": 5, **fields}
        answer = admin.post("/api/products", json=body)
        assert answer.status_code == 201, answer.text
        product: Product = answer.json()
        return product

    return make
