"""`./shop bench checkout`: add, place and pay through the whole embedded shop, against their SQL alone."""

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from rich.progress import track

from shopcli.bench.checkout_sql import Baseline
from shopcli.bench.report import Series, tell
from shopcli.chaos.asking import Account, Caller
from shopcli.chaos.plan import Product
from shopcli.chaos.stocking import PASSWORD, stock
from shopcli.own_shop import own_shop
from shopcli.progress import console, fail

CLIENTS, SECONDS = 8, 6.0
PLENTY = 1_000_000
"""Units of a product that never runs out here."""


def run(rounds: int, *, as_json: bool) -> None:
    """Alternate between the SQL alone and the shop, `rounds` times, and tell."""
    with own_shop("--no-seed") as shop:
        (product,) = stock(shop.cloud, [Product("BENCH", "12.50", PLENTY)])
        callers = [Caller(shop.cloud.url, Account(f"{uuid.uuid4()}@example.com", PASSWORD)) for _ in range(CLIENTS)]
        for caller in callers:
            caller.sign_up()
        with Baseline(shop, product) as baseline:
            _flows(callers, product, 1.0)
            alone: list[float] = []
            whole: list[float] = []
            for _ in track(range(rounds), "Rounds", console=console, transient=True):
                alone.append(_repeat(baseline.buy, SECONDS) / SECONDS)
                whole.append(_flows(callers, product, SECONDS))
    name = "one program with one connection to each database: the SQL alone"
    others = [Series(f"embedded: front, gateway and all services, {CLIENTS} clients", whole)]
    tell("Checkout: add to cart, place, pay", "flows/s", Series(name, alone), others, as_json=as_json)


def _flows(callers: list[Caller], product: str, seconds: float) -> float:
    """Checkouts a second, each client's one after the other."""
    with ThreadPoolExecutor(len(callers)) as pool:
        done = list(pool.map(lambda caller: _repeat(lambda: _buy(caller, product), seconds), callers))
    return sum(done) / seconds


def _repeat(buy: Callable[[], None], seconds: float) -> float:
    """How often it was done in so many seconds; of the last time, the share that fell into them."""
    begun, times = time.monotonic(), 0
    while True:
        before = time.monotonic() - begun
        buy()
        after = time.monotonic() - begun
        if after >= seconds:
            return times + (seconds - before) / (after - before)
        times += 1


def _buy(caller: Caller, product: str) -> None:
    _ask(caller, "/cart/add", product_id=product, qty=1)
    order = _ask(caller, "/order/create")
    _ask(caller, "/payment/pay", order_id=order["order_id"], amount=order["total"])


def _ask(caller: Caller, path: str, **body: object) -> dict[str, str]:
    answer = caller.ask("POST", path, body)
    if not answer.is_success or answer.tries_in_doubt:
        fail(f"{path} answered {answer.status} after {answer.tries_in_doubt} failures: {answer.body.decode()[:300]}")
    return answer.content
