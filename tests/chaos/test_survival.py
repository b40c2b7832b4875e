"""kill -9 of any child while requests run: the shop answers again within seconds, and has lost nothing."""

import os
import signal
import time
import uuid
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from factories.place import ADMIN, RunningShop
from factories.waiting import wait_for

LIMIT = 3.0
"""Seconds within which requests succeed again."""


class Shopper(Thread):
    """Asks for products without a pause, and notes when it was answered and when not."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.ended = url, Event()
        self.longest_gap, self.answers = 0.0, 0

    def run(self) -> None:
        good = time.monotonic()
        with httpx.Client(base_url=self.url, timeout=10) as client:
            while not self.ended.is_set():
                try:
                    ok = client.get("/api/products", params={"limit": "1"}).status_code == 200
                except httpx.HTTPError:
                    ok = False
                if ok:
                    self.longest_gap = max(self.longest_gap, time.monotonic() - good)
                    good, self.answers = time.monotonic(), self.answers + 1


@pytest.fixture
def shopper(running_shop: RunningShop) -> Iterator[Shopper]:
    thread = Shopper(running_shop.url)
    thread.start()
    wait_for(lambda: thread.answers > 5)
    yield thread
    thread.ended.set()
    thread.join()


@pytest.fixture
def admin(running_shop: RunningShop) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running_shop.url, timeout=10) as client:
        client.post("/auth/login", data=ADMIN).raise_for_status()
        yield client


def pids_of(shop: RunningShop, name: str) -> list[int]:
    """The processes of a function or a service; none while it is being restarted."""
    status = shop.status
    services: dict[str, list[int]] = {each["name"]: [each["pid"]] if each["up"] else [] for each in status["services"]}
    functions: dict[str, list[int]] = {each["name"]: each["pids"] for each in status["functions"]}
    return {**services, **functions}[name]


def crashes_of(shop: RunningShop, name: str) -> int:
    return sum(event["event"] == "crashed" and event["name"] == name for event in shop.status["events"])


def product_at(client: httpx.Client, product_id: str) -> Any:
    answer = client.get(f"/api/products/{product_id}")
    return answer.json() if answer.is_success else None


def assert_recovery(shop: RunningShop, shopper: Shopper, name: str) -> None:
    """Kill, see it come back and answers again in time, and the death told by ./shop status."""
    crashes, (pid, *_) = crashes_of(shop, name), pids_of(shop, name)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: any(each != pid for each in pids_of(shop, name)))
    answers = shopper.answers
    wait_for(lambda: shopper.answers > answers + 20)
    assert shopper.longest_gap < LIMIT
    assert crashes_of(shop, name) == crashes + 1


@pytest.mark.parametrize("name", ["GatewayFunction", "CatalogFunction"])
def test_a_function_dies(running_shop: RunningShop, shopper: Shopper, name: str) -> None:
    assert_recovery(running_shop, shopper, name)


def test_postgres_dies(running_shop: RunningShop, shopper: Shopper, admin: httpx.Client) -> None:
    sku = f"SURVIVOR-{uuid.uuid4()}"
    made = admin.post("/api/products", json={"sku": sku, "name": "Survivor", "price": "1.00"}).json()
    assert_recovery(running_shop, shopper, "postgres")
    # another gateway process may still spare the catalog for a moment: its circuit breaker is its own
    found = wait_for(lambda: product_at(admin, made["id"]), LIMIT)
    assert found["sku"] == sku


@pytest.mark.parametrize("name", ["cache", "aws"])
def test_cache_or_aws_dies(running_shop: RunningShop, shopper: Shopper, admin: httpx.Client, name: str) -> None:
    assert_recovery(running_shop, shopper, name)
    # secrets are what they were: tokens from before are still good, and new ones can be had
    assert admin.get("/auth/me").status_code == 200
    assert admin.post("/auth/login", data=ADMIN).status_code == 200


def test_carts_outlive_the_cache(running_shop: RunningShop) -> None:
    """Valkey appends each change to its file at once; only a machine that falls over may lose the last second.

    And the first to come afterwards does not notice: a function that slept meanwhile replaces its dead connection.
    """
    with httpx.Client(base_url=running_shop.url, timeout=10) as guest:
        products = guest.get("/api/products", params={"in_stock": "true", "limit": "3"}).json()["items"]
        wanted = [{"product_id": product["id"], "qty": 1} for product in products]
        wait_for(lambda: guest.post("/cart/add", json=wanted[0]).is_success)
        (pid,) = pids_of(running_shop, "cache")
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: pids_of(running_shop, "cache") not in ([], [pid]))
        for each in wanted[1:]:
            guest.post("/cart/add", json=each).raise_for_status()
        kept = guest.get("/api/cart").json()["items"]
    assert {line["product_id"] for line in kept} == {each["product_id"] for each in wanted}


def test_uploaded_pictures_outlive_aws(running_shop: RunningShop, admin: httpx.Client) -> None:
    sku = f"PICTURED-{uuid.uuid4()}"
    product = admin.post("/api/products", json={"sku": sku, "name": "Pictured", "price": "1.00"}).json()
    body = {"content_type": "image/png", "size": 4}
    made = admin.post(f"/api/products/{product['id']}/images", json=body).json()
    sent = httpx.post(made["upload"]["url"], data=made["upload"]["fields"], files={"file": b"\x89PNG"})
    assert sent.is_success
    os.kill(pids_of(running_shop, "aws")[0], signal.SIGKILL)
    assert wait_for(lambda: _content(made["image"]["url"])) == b"\x89PNG"


def _content(url: str) -> bytes | None:
    try:
        answer = httpx.get(url, timeout=2)
    except httpx.HTTPError:
        return None
    return answer.content if answer.is_success else None
