"""Accounts to write to, events that call for mails, and a look into what SES has sent."""

import uuid
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from moto.ses.models import Message, ses_backends

from factories.events import Handler, LambdaContext
from factories.queue_events import event_message, failed_items, sqs_batch

ACCOUNT, REGION = "123456789012", "eu-central-1"


class Mailbox:
    """What moto's SES has sent since."""

    def __init__(self) -> None:
        self._before = len(self._all)

    @property
    def _all(self) -> list[Message]:
        sent: list[Message] = ses_backends[ACCOUNT][REGION].sent_messages
        return sent

    @property
    def mails(self) -> list[Message]:
        return self._all[self._before :]

    @property
    def recipients(self) -> list[str]:
        return [address for mail in self.mails for address in mail.destinations["ToAddresses"]]


@dataclass(frozen=True)
class Account:
    id: str
    email: str


class Accounts:
    """Accounts at a running auth."""

    def __init__(self, url: str, database: str) -> None:
        self._url, self._database = url, database

    def make(self, email: str = "", *, is_active: bool = True) -> Account:
        email = email or f"{uuid.uuid4().hex}@example.com"
        body = {"email": email, "password": "correct horse"}
        made = httpx.post(f"{self._url}/auth/register", json=body).raise_for_status().json()
        with psycopg.connect(self._database, autocommit=True) as connection:
            connection.execute("UPDATE users SET is_active = %s WHERE id = %s", [is_active, made["id"]])
        return Account(made["id"], email)


def registered(email: str = "ada@example.com", **facts: Any) -> str:
    return event_message("user.registered", {"user_id": str(uuid.uuid4()), "email": email}, **facts)


def order_paid(user_id: str, **facts: Any) -> str:
    line = {"product_id": str(uuid.uuid4()), "sku": "MUG", "name": "Mug", "qty": 2}
    data = {
        **about_order(user_id),
        "payment_id": str(uuid.uuid4()),
        "subtotal": "25.00",
        "shipping": "4.90",
        "total": "29.90",
        "items": [{**line, "unit_price": "12.50", "line_total": "25.00"}],
    }
    return event_message("order.paid", data, **facts)


def about_order(user_id: str) -> dict[str, Any]:
    return {"order_id": str(uuid.uuid4()), "user_id": user_id, "currency": "EUR"}


class Queue:
    """Hands batches to a consumer, as SQS does."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def deliver(self, *messages: str, milliseconds: int = 5_000) -> list[int]:
        """Which of the messages, by their place in the batch, SQS would deliver again."""
        answer = self._handler(sqs_batch(*messages), LambdaContext(milliseconds=milliseconds))
        return [int(message_id) for message_id in failed_items(answer)]
