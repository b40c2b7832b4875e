"""What is dead or slow, what the cart says of it, and that it comes back by itself."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from redis import Redis

from factories.carts import Basket, Products, internal
from factories.events import Http, Reply
from factories.waiting import eventually
from localcloud.cache import Cache
from shopkit import runtime

from .test_shopping import OPERATIONS

Settle = Callable[..., None]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Where connections are taken, and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def says_unavailable(reply: Reply, what: str) -> None:
    assert reply.status == 503
    assert (reply.json()["detail"], reply.json()["code"]) == (f"{what} unavailable", "unavailable")
    assert reply.headers["retry-after"] == "1"


def kill(cache: Cache) -> None:
    assert cache.status.pid
    os.kill(cache.status.pid, signal.SIGKILL)


def back_again(cache: Cache, pid: int | None) -> None:
    alive = eventually(lambda: cache.status.is_up and cache.status.pid != pid)
    runtime.loop().run_until_complete(alive)


class TestRedisDown:
    @pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
    def test_operations(
        self, shopper: Basket, settle: Settle, unused_address: str, method: str, path: str, body: dict[str, Any] | None
    ) -> None:
        settle(redis=unused_address.replace("http", "redis"))
        says_unavailable(shopper.ask(method, path, body), "cart")

    def test_for_orders(self, shopper: Basket, settle: Settle, unused_address: str) -> None:
        settle(redis=unused_address.replace("http", "redis"))
        says_unavailable(shopper.as_orders("GET", ""), "cart")

    def test_health(self, http: Http, settle: Settle, unused_address: str) -> None:
        settle(redis=unused_address.replace("http", "redis"))
        reply = http("GET", "/cart/health")
        assert (reply.status, reply.json()["redis"]) == (503, "cart unavailable")

    def test_wrong_password(self, shopper: Basket, settle: Settle, cache: Cache) -> None:
        settle(redis=f"redis://:guessed@127.0.0.1:{cache.port}/0")
        says_unavailable(shopper.ask("GET", ""), "cart")

    def test_silent(self, shopper: Basket, settle: Settle, silent_port: int) -> None:
        settle(redis=f"redis://127.0.0.1:{silent_port}/0")
        says_unavailable(shopper.ask("GET", ""), "cart")


class TestRedisKilled:
    def test_comes_back(self, shopper: Basket, products: Products, cache: Cache) -> None:
        """With all that was acknowledged; scripts and the kept connection are made anew, unnoticed."""
        mug = products.make()
        shopper.add(mug, 2)
        before, pid = shopper.show(), cache.status.pid
        kill(cache)
        back_again(cache, pid)
        assert shopper.show() == before
        assert shopper.add(mug)["count"] == 3

    def test_meanwhile(self, shopper: Basket, products: Products, cache: Cache) -> None:
        mug = products.make()
        shopper.add(mug)
        pid = cache.status.pid
        kill(cache)
        replies = [shopper.ask("POST", "/add", {"product_id": mug["id"], "qty": 1}) for _ in range(3)]
        assert {reply.status for reply in replies} <= {200, 503}
        back_again(cache, pid)
        acknowledged = 1 + sum(reply.status == 200 for reply in replies)
        assert shopper.show()["count"] >= acknowledged

    def test_scripts_forgotten(self, shopper: Basket, products: Products, redis: Redis) -> None:
        mug = products.make()
        shopper.add(mug)
        redis.script_flush()
        assert shopper.add(mug)["count"] == 2

    def test_connections_cut(self, shopper: Basket, products: Products, redis: Redis) -> None:
        """As a firewall, or a frozen function's long sleep, does it: no loop runs between the cut and the next use."""
        mug = products.make()
        shopper.add(mug)
        for use in (lambda: shopper.add(mug), shopper.show, lambda: shopper.ask("GET", "/count").json()):
            for client in redis.client_list():
                if client["id"] != str(redis.client_id()):
                    redis.client_kill_filter(_id=client["id"])
            assert use()["count"] == 2

    def test_not_a_cart(self, shopper: Basket, redis: Redis) -> None:
        """Even what Redis refuses is no 500."""
        redis.set(f"cart:{shopper.owner}", "text")
        says_unavailable(shopper.ask("GET", ""), "cart")


class TestCatalogDown:
    @pytest.fixture
    def shopper(self, make_shopper: Callable[[], Basket]) -> Basket:
        """One for whom the gateway waits no longer than a second and a half."""
        shopper = make_shopper()
        return replace(shopper, identity={**shopper.identity, "x-time-left-ms": "1500"})

    @pytest.fixture
    def mug(self, shopper: Basket, products: Products) -> dict[str, Any]:
        mug = products.make(name="Mug", price="10.00")
        shopper.add(mug, 2)
        return mug

    @pytest.fixture(params=["dead", "silent", "wrong"])
    def down(
        self,
        request: pytest.FixtureRequest,
        settle: Settle,
        mug: dict[str, Any],
        unused_address: str,
        silent_port: int,
    ) -> None:
        """Nobody listens; nobody answers; somebody else answers."""
        addresses = {"dead": unused_address, "silent": f"http://127.0.0.1:{silent_port}"}
        settle(catalog=addresses.get(request.param, f"{os.environ['AWS_ENDPOINT_URL']}/nowhere"))

    def test_show(self, shopper: Basket, mug: dict[str, Any], down: None) -> None:
        cart = shopper.show()
        assert (cart["checked"], cart["total"], cart["count"]) == (False, "20.00", 2)
        line = cart["items"][0]
        assert (line["name"], line["unit_price"], line["available"]) == ("Mug", "10.00", True)
        assert line["notice"] == "Price and stock cannot be checked just now."

    def test_show_empty(self, guest: Basket, down: None) -> None:
        assert guest.show()["checked"] is True

    def test_add(self, shopper: Basket, mug: dict[str, Any], down: None) -> None:
        says_unavailable(shopper.ask("POST", "/add", {"product_id": mug["id"], "qty": 1}), "catalog")
        assert shopper.stored()["version"] == 1

    def test_what_needs_none(self, shopper: Basket, guest: Basket, mug: dict[str, Any], down: None) -> None:
        assert shopper.update(mug, 3)["count"] == 3
        assert shopper.merge(guest)["count"] == 3
        assert shopper.remove(mug)["count"] == 0

    def test_comes_back(self, shopper: Basket, mug: dict[str, Any], settle: Settle, unused_address: str) -> None:
        settle(catalog=unused_address)
        assert not shopper.show()["checked"]
        settle()
        assert shopper.show()["checked"]


def test_out_of_time(http: Http, shopper: Basket, settle: Settle, silent_port: int) -> None:
    """No longer than the caller waits."""
    settle(redis=f"redis://127.0.0.1:{silent_port}/0")
    headers = {**internal("gateway"), **shopper.identity, "x-time-left-ms": "100"}
    assert http("GET", "/cart", headers=headers, api_id="direct").status == 504


def test_an_answer_that_nobody_waited_for(shopper: Basket, guest: Basket, products: Products, redis: Redis) -> None:
    """It must not become the answer to what is asked next on the same connection."""
    mug = products.make()
    shopper.add(mug, 2)
    redis.client_pause(400)
    hurried = replace(shopper, identity={**shopper.identity, "x-time-left-ms": "100"})
    assert hurried.ask("GET", "").status == 504
    assert guest.show()["items"] == []
    assert guest.add(mug)["count"] == 1
    assert shopper.show()["count"] == 2
