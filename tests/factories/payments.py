"""Payments as the gateway uses them, and a look at the books behind."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import psycopg
from psycopg.rows import dict_row

from factories.events import Handler, Http, LambdaContext, Reply
from factories.queue_events import event_message, failed_items, reminder_message, scheduled, sqs_batch
from fakes.orders import FakeOrder
from payments.providers.emulated import EmulatedProvider
from payments.providers.protocol import Bill, Charge
from shopkit import runtime
from shopkit.auth.internal import token_for
from shopkit.auth.principal import Principal, Role, issue


def internal(caller: str = "gateway") -> dict[str, str]:
    """The header by which payments knows a service."""
    return {"x-internal-token": runtime.run(token_for(caller, "payments"))}


def new_key() -> str:
    return f"key-{uuid.uuid4()}"


@dataclass(frozen=True)
class Payer:
    """Somebody signed in, as the gateway speaks for him."""

    http: Http
    who: Principal

    @property
    def id(self) -> str:
        return self.who.id

    @property
    def headers(self) -> dict[str, str]:
        return {**internal(), "authorization": f"Bearer {runtime.run(issue(self.who))}"}

    def pay(self, order: FakeOrder, method: str = "pm_card_visa", key: str | None = None, **body: Any) -> Reply:
        sent = {"order_id": order.id, "amount": order.total, "method": method, **body}
        headers = {**self.headers, **({"idempotency-key": key} if key else {})}
        return self.http("POST", "/payment/pay", json_body=sent, headers=headers, api_id="direct")

    def payments(self, order: FakeOrder) -> list[dict[str, Any]]:
        reply = self.ask_for_payments(order.id)
        assert reply.status == 200, reply.text
        items: list[dict[str, Any]] = reply.json()["items"]
        return items

    def ask_for_payments(self, order_id: str) -> Reply:
        return self.http("GET", "/payments", query={"order_id": order_id}, headers=self.headers, api_id="direct")

    def at_once(
        self, app: Any, order: FakeOrder, count: int, key: str | None = None, **more: Any
    ) -> list[httpx.Response]:
        """The answers to payments of an order that are sent together."""
        headers = {**self.headers, **({"idempotency-key": key} if key else {})}
        body = {"order_id": order.id, "amount": order.total, "method": "pm_card_visa", **more}

        async def send() -> list[httpx.Response]:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop.test", headers=headers) as client:
                return await asyncio.gather(*(client.post("/payment/pay", json=body) for _ in range(count)))

        return runtime.run(send())


def new_payer(http: Http, role: Role = Role.user) -> Payer:
    return Payer(http, Principal(str(uuid.uuid4()), role, str(uuid.uuid4())))


@dataclass(frozen=True)
class Background:
    """What the relay and events entries are invoked with."""

    relay: Handler
    events: Handler

    def sweep(self) -> dict[str, Any]:
        return self.relay(scheduled(), LambdaContext())

    def remind(self, name: str, **data: Any) -> list[str]:
        """The ids of the messages that failed."""
        return failed_items(self.relay(sqs_batch(reminder_message(name, **data)), LambdaContext()))

    def reconcile(self, **more: str) -> dict[str, Any]:
        return self.relay({"command": "reconcile", **more}, LambdaContext())

    def cancelled(self, order: FakeOrder, event_id: str | None = None) -> None:
        """Tell payments that an order is cancelled."""
        data = {
            "order_id": order.id,
            "user_id": order.user_id,
            "was": "paid",
            "reason": "by the shopper",
            "by": f"shopper:{order.user_id}",
            "currency": order.currency,
            "total": order.total,
        }
        message = event_message("order.cancelled", data, source="orders", event_id=event_id)
        assert not failed_items(self.events(sqs_batch(message), LambdaContext()))


@dataclass(frozen=True)
class Books:
    """The database behind the service: its own tables and the provider's."""

    connection: psycopg.Connection[Any]

    def all(self, query: str, *values: object) -> list[dict[str, Any]]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), values).fetchall()

    def payments(self, order: FakeOrder) -> list[dict[str, Any]]:
        return self.all("SELECT * FROM payments WHERE order_id = %s ORDER BY created_at", order.id)

    def refunds(self, order: FakeOrder) -> list[dict[str, Any]]:
        return self.all("SELECT * FROM refunds WHERE order_id = %s", order.id)

    def facts(self) -> list[str]:
        """What is in the outbox, in its order."""
        return [row["type"] for row in self.all("SELECT type FROM outbox ORDER BY position")]

    def kept(self, order: FakeOrder) -> Decimal:
        """What the provider took for an order and did not give back."""
        [row] = self.all(
            "SELECT coalesce(sum(amount), 0) - coalesce((SELECT sum(r.amount) FROM emulated_provider.refunds r"
            " JOIN emulated_provider.charges c ON c.id = r.charge_id WHERE c.order_id = %s), 0) AS kept"
            " FROM emulated_provider.charges WHERE order_id = %s AND status = 'captured'",
            order.id,
            order.id,
        )
        kept: Decimal = row["kept"]
        return kept

    def age(self, seconds: int) -> None:
        """Let payments be older."""
        self.all("UPDATE payments SET created_at = created_at - make_interval(secs => %s) RETURNING id", float(seconds))


Meanwhile = Callable[[Bill], Awaitable[None]]


class ProviderWithEvents(EmulatedProvider):
    """The emulated provider, while something happens before or after it has taken the money."""

    def __init__(self, *, before: Meanwhile | None = None, after: Meanwhile | None = None) -> None:
        self._before, self._after = before, after

    async def charge(self, bill: Bill) -> Charge:
        if self._before:
            await self._before(bill)
        charge = await super().charge(bill)
        if self._after:
            await self._after(bill)
        return charge


def bill_of(order: FakeOrder, **facts: Any) -> Bill:
    known: Mapping[str, Any] = {
        "payment_id": uuid.uuid4(),
        "order_id": UUID(order.id),
        "amount": Decimal(order.total),
        "currency": order.currency,
        "method": "pm_card_visa",
    }
    return Bill(**{**known, **facts})


class Died(BaseException):
    """The process has ended here."""


async def die(_: Bill) -> None:
    raise Died
