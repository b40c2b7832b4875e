"""Orders as the gateway and payments use them, in front of a real cart and a real catalog."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from factories.carts import Products
from factories.events import Http, Reply
from shopkit import runtime
from shopkit.auth.internal import token_for
from shopkit.auth.principal import Principal, Role, issue

ADDRESS = {"name": "Ada Lovelace", "line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE"}


def key() -> str:
    """An Idempotency-Key that nobody has used."""
    return uuid.uuid4().hex


def internal(caller: str, callee: str = "orders") -> dict[str, str]:
    """The header by which one service knows another."""
    return {"x-internal-token": runtime.loop().run_until_complete(token_for(caller, callee))}


@dataclass(frozen=True)
class Person:
    """Somebody signed in, and what he does with orders."""

    http: Http
    id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {**internal("gateway"), "authorization": f"Bearer {self.token}"}

    def ask(self, method: str, path: str, body: Any = None, *, idempotency_key: str = "", **more: Any) -> Reply:
        headers = {**self.headers, **({"idempotency-key": idempotency_key} if idempotency_key else {})}
        return self.http(method, path, json_body=body, headers=headers, api_id="direct", **more)

    def place(self, body: Any = None, *, idempotency_key: str = "") -> Reply:
        return self.ask("POST", "/order/create", {} if body is None else body, idempotency_key=idempotency_key)

    def order(self, placed: Mapping[str, Any]) -> dict[str, Any]:
        return told(self.ask("GET", f"/order/{placed['order_id']}"))

    def orders(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = told(self.ask("GET", "/orders"))["items"]
        return items

    def cancel(self, placed: Mapping[str, Any], note: str | None = None) -> Reply:
        return self.ask("POST", f"/order/{placed['order_id']}/cancel", {"note": note})

    def move(self, placed: Mapping[str, Any], status: str, note: str | None = None) -> Reply:
        """As an administrator."""
        return self.ask("POST", f"/admin/orders/{placed['order_id']}/status", {"status": status, "note": note})

    def refund(self, placed: Mapping[str, Any], note: str | None = None) -> Reply:
        """As an administrator."""
        return self.ask("POST", f"/admin/orders/{placed['order_id']}/refund", {"note": note})


def told(reply: Reply, status: int = 200) -> dict[str, Any]:
    """What a reply says, that has this status."""
    assert reply.status == status, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


def types(facts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Of what sort the facts are."""
    return [fact["type"] for fact in facts]


def assert_illegal(reply: Reply, status: str) -> None:
    """The order is in a state from which it cannot move as asked."""
    assert (reply.status, reply.json()["code"], reply.json()["order_status"]) == (409, "illegal_transition", status)


@dataclass(frozen=True)
class Payments:
    """The payments service, as orders knows it."""

    http: Http

    @property
    def headers(self) -> dict[str, str]:
        return internal("payments")

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Reply:
        return self.http(method, f"/internal{path}", json_body=body, headers=self.headers, api_id="direct", **more)

    def tell_paid(self, placed: Mapping[str, Any], **differently: Any) -> Reply:
        told = {
            "status": "paid",
            "payment_id": str(uuid.uuid4()),
            "amount": placed["total"],
            "currency": placed["currency"],
            **differently,
        }
        return self.ask("POST", f"/order/{placed['order_id']}/status", told)

    def pay(self, placed: Mapping[str, Any]) -> str:
        """The payment's id."""
        payment_id = str(uuid.uuid4())
        told(self.tell_paid(placed, payment_id=payment_id))
        return payment_id


@dataclass
class Shop:
    """Products, carts and orders, with people who buy."""

    http: Http
    cart_url: str
    catalog_url: str
    products: Products
    payments: Payments = field(init=False)

    def __post_init__(self) -> None:
        self.payments = Payments(self.http)

    def person(self, role: Role = Role.user) -> Person:
        who = Principal(str(uuid.uuid4()), role, str(uuid.uuid4()))
        return Person(self.http, who.id, runtime.loop().run_until_complete(issue(who)))

    def fill(self, person: Person, product: Mapping[str, Any], qty: int = 1) -> None:
        """Put a product into somebody's cart."""
        self._cart(person, "POST", "/add", {"product_id": product["id"], "qty": qty})

    def cart(self, person: Person) -> dict[str, Any]:
        return self._cart(person, "GET", "")

    def stored_cart(self, person: Person) -> dict[str, Any]:
        """As orders reads it."""
        path = f"{self.cart_url}/internal/cart/{person.id}"
        stored: dict[str, Any] = httpx.get(path, headers=internal("orders", "cart"), timeout=60).json()
        return stored

    def buyer(self, *products: Mapping[str, Any], qty: int = 1) -> Person:
        """Somebody with these products in his cart; one that is made for him, if none are named."""
        person = self.person()
        for product in products or [self.products.make()]:
            self.fill(person, product, qty)
        return person

    def placed(self, person: Person | None = None, body: Any = None) -> tuple[Person, dict[str, Any]]:
        """Somebody, and an order that he has placed."""
        person = person or self.buyer()
        return person, told(person.place(body), 201)

    def stock(self, product: Mapping[str, Any]) -> int:
        found: int = self.products.shown(product)["stock"]
        return found

    def _cart(self, person: Person, method: str, path: str, body: Any = None) -> dict[str, Any]:
        headers = {**internal("gateway", "cart"), "authorization": f"Bearer {person.token}"}
        answer = httpx.request(method, f"{self.cart_url}/cart{path}", json=body, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        cart: dict[str, Any] = answer.json()
        return cart


def at_once(
    app: Any, person: Person | Payments, posts: Sequence[tuple[str, Any, Mapping[str, str]]]
) -> list[httpx.Response]:
    """The answers to POSTs (path, body, more headers) that somebody sends together."""
    known = person.headers

    async def send() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://orders.test", headers=known) as client:
            return await asyncio.gather(*(client.post(path, json=body, headers=more) for path, body, more in posts))

    return runtime.loop().run_until_complete(send())
