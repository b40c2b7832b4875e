"""What shoppers do while something is broken, and what they are told, in a few words."""

import re
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from factories.waiting import wait_for
from shopcli.chaos.stocking import PASSWORD

HTML = {"accept": "text/html", "sec-fetch-site": "same-origin"}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PATIENCE = 60.0
WORKS = "works"
NOTICE = "says so"
ERROR_PAGE = "503 page"
BREAKERS_REST = 1.0
"""Seconds for which a caller asks nobody who has failed it several times."""


@dataclass(frozen=True)
class Told:
    """What one request came to."""

    word: str
    seconds: float


@dataclass
class Shopper:
    """Somebody with a browser, signed in, who has something in his cart and an order to pay."""

    url: str
    product: Mapping[str, Any]
    email: str = field(default_factory=lambda: f"{uuid.uuid4()}@example.com")
    browser: httpx.Client = field(init=False)
    order: Mapping[str, Any] = field(init=False)
    key: str = ""
    keys: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.browser = httpx.Client(base_url=self.url, timeout=PATIENCE)
        account = {"email": self.email, "password": PASSWORD}
        self.browser.post("/auth/register", json=account).raise_for_status()
        form = {"username": self.email, "password": PASSWORD}
        self.browser.post("/auth/login", data=form).raise_for_status()

    def page(self, path: str) -> httpx.Response:
        return self.browser.get(path, headers=HTML)

    def add(self) -> httpx.Response:
        return self.browser.post("/cart/add", json={"product_id": self.product["id"], "qty": 1})

    def place(self, key: str = "") -> httpx.Response:
        return self.browser.post("/order/create", json={}, headers={"idempotency-key": key or self.key})

    def pay(self) -> httpx.Response:
        body = {"order_id": self.order["order_id"], "amount": self.order["total"]}
        return self.browser.post("/payment/pay", json=body)

    def get_ready(self) -> None:
        """Order something, and fill the cart for the next order."""
        self.add().raise_for_status()
        self._take_key()
        self.order = self.place().raise_for_status().json()
        self.add().raise_for_status()
        self._take_key()

    def _take_key(self) -> None:
        self.key = str(uuid.uuid4())
        self.keys.append(self.key)


@dataclass
class Visitor:
    """Somebody who signs in, and has seen the form before."""

    url: str
    email: str
    browser: httpx.Client = field(init=False)
    token: str = ""

    def __post_init__(self) -> None:
        self.browser = httpx.Client(base_url=self.url, timeout=PATIENCE)

    def get_ready(self) -> None:
        self.browser.cookies.clear()
        found = TOKEN.search(self.form().text)
        assert found
        self.token = found[1]

    def form(self) -> httpx.Response:
        return self.browser.get("/login", headers=HTML)

    def sign_in(self) -> httpx.Response:
        form = {"csrf_token": self.token, "email": self.email, "password": PASSWORD}
        return self.browser.post("/login", data=form, headers=HTML)


Step = Callable[[], httpx.Response]


@dataclass
class People:
    """A shopper for each journey that changes something, so that they can be on their way at once."""

    url: str
    product: Mapping[str, Any]
    basket: Shopper = field(init=False)
    buyer: Shopper = field(init=False)
    visitor: Visitor = field(init=False)

    def __post_init__(self) -> None:
        self.basket, self.buyer = Shopper(self.url, self.product), Shopper(self.url, self.product)
        self.visitor = Visitor(self.url, self.basket.email)

    def close(self) -> None:
        for person in (self.basket, self.buyer, self.visitor):
            person.browser.close()

    @property
    def journeys(self) -> Mapping[str, Mapping[str, Step]]:
        """By name, the steps of each. Checking out is several, so that they need not wait for each other."""
        basket, buyer, visitor = self.basket, self.buyer, self.visitor
        return {
            "browse": {
                "front page": lambda: basket.page("/"),
                "product page": lambda: basket.page(f"/products/{self.product['handle']}"),
                "API": lambda: basket.browser.get("/api/products"),
            },
            "cart": {"cart page": lambda: basket.page("/cart"), "add": basket.add},
            "looking at checkout": {"checkout page": lambda: buyer.page("/checkout")},
            "placing": {"place": buyer.place},
            "paying": {"pay": buyer.pay},
            "sign-in": {"form": visitor.form, "sign in": visitor.sign_in},
        }

    def get_ready(self) -> None:
        """Wait until everything works again, and prepare what the journeys need."""
        rested = time.monotonic() + BREAKERS_REST
        wait_for(self._are_ready, PATIENCE)
        wait_for(lambda: time.monotonic() > rested)

    def go(self) -> Mapping[str, Told]:
        """All journeys at once; what each step came to."""
        with ThreadPoolExecutor(len(self.journeys)) as pool:
            return {name: told for steps in pool.map(_travel, self.journeys.values()) for name, told in steps.items()}

    def _are_ready(self) -> bool:
        try:
            self.buyer.get_ready()
            self.visitor.get_ready()
            self.basket.add().raise_for_status()
        except httpx.HTTPStatusError:
            return False
        return all(told.word == WORKS for told in _travel(self.journeys["browse"]).values())


def _travel(steps: Mapping[str, Step]) -> Mapping[str, Told]:
    return {name: _take(step) for name, step in steps.items()}


def _take(step: Step) -> Told:
    begun = time.monotonic()
    answer = step()
    return Told(_word(answer), time.monotonic() - begun)


def _word(answer: httpx.Response) -> str:
    """What was told, as the table says it."""
    kind = answer.headers.get("content-type", "")
    if kind.startswith("application/problem+json"):
        return f"{answer.status_code} `{answer.json()['detail']}`"
    if answer.status_code >= 400:
        return f"{answer.status_code} page"
    return NOTICE if 'role="alert"' in answer.text else WORKS
