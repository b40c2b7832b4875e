"""From an event in the queue to a mail at SES: at least once, each alone, and to nobody else."""

import io
import json
import threading
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from conftest import free_port
from factories.mails import Accounts, Mailbox, Queue, about_order, order_paid, registered
from factories.queue_events import event_message
from notifications import repository
from shopkit.errors import DatabaseUnavailable
from shopkit.observability import logger

Rows = psycopg.Connection[Any]
Find = Callable[[str], None]


def nowhere() -> str:
    """Where nothing listens."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the log says, as CloudWatch would get it."""
    written = io.StringIO()
    for handler in logger.handlers:
        monkeypatch.setattr(handler, "stream", written)
    return written


class TestToWhom:
    def test_address_in_the_event(self, queue: Queue, mailbox: Mailbox) -> None:
        assert queue.deliver(registered("ada@example.com")) == []
        [mail] = mailbox.mails
        assert (mail.source, mailbox.recipients) == ("shop@example.com", ["ada@example.com"])
        assert mail.subject == "Welcome to Serverless Shop"
        assert "<strong>ada@example.com</strong>" in mail.body

    def test_address_from_auth(self, queue: Queue, mailbox: Mailbox, accounts: Accounts) -> None:
        account = accounts.make()
        assert queue.deliver(order_paid(account.id)) == []
        assert mailbox.recipients == [account.email]

    def test_gone(self, queue: Queue, mailbox: Mailbox, rows: Rows) -> None:
        event_id = str(uuid.uuid4())
        assert queue.deliver(order_paid(str(uuid.uuid4()), event_id=event_id)) == []
        assert mailbox.mails == []
        found = rows.execute("SELECT event_id::text, template, recipient, sent_at FROM sent_mails").fetchall()
        assert found == [(event_id, "order_confirmed", None, None)]

    def test_switched_off(self, queue: Queue, mailbox: Mailbox, accounts: Accounts, rows: Rows) -> None:
        assert queue.deliver(order_paid(accounts.make(is_active=False).id)) == []
        assert mailbox.mails == []
        assert rows.execute("SELECT count(*) FROM inbox").fetchone() == (1,)

    @pytest.mark.parametrize(
        "email",
        ["ada@example.com\r\nBcc: eve@example.com", "ada@example.com, eve@example.com", "<ada@example.com>", ""],
    )
    def test_not_a_single_address(self, queue: Queue, mailbox: Mailbox, rows: Rows, email: str) -> None:
        assert queue.deliver(registered(email)) == [0]
        assert mailbox.mails == []
        assert rows.execute("SELECT count(*) FROM inbox").fetchone() == (0,)


class TestEveryEvent:
    @pytest.mark.parametrize(
        ("kind", "template", "more"),
        [
            ("order.cancelled", "order_cancelled", {"total": "29.90", "was": "paid", "reason": "expired"}),
            ("order.completed", "order_completed", {"total": "29.90"}),
            ("payment.failed", "payment_failed", {"payment_id": str(uuid.uuid4()), "amount": "29.90", "reason": "no"}),
        ],
    )
    def test_makes_its_mail(
        self, queue: Queue, mailbox: Mailbox, accounts: Accounts, rows: Rows, kind: str, template: str, more: Any
    ) -> None:
        account = accounts.make()
        assert queue.deliver(event_message(kind, {**about_order(account.id), **more})) == []
        [mail] = mailbox.mails
        [kept] = rows.execute("SELECT template, recipient, subject, correlation_id, sent_at FROM sent_mails").fetchall()
        assert kept[:4] == (template, account.email, mail.subject, "a-correlation-id")
        assert kept[4] is not None


class TestAtLeastOnce:
    def test_delivered_again(self, queue: Queue, mailbox: Mailbox, rows: Rows) -> None:
        event = registered()
        assert queue.deliver(event, event) == queue.deliver(event) == []
        assert len(mailbox.mails) == 1
        assert rows.execute("SELECT count(*) FROM sent_mails").fetchone() == (1,)

    def test_died_before_it_was_noted(
        self, queue: Queue, mailbox: Mailbox, rows: Rows, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def die(*_: Any, **__: Any) -> None:
            raise DatabaseUnavailable

        event = registered()
        with monkeypatch.context() as dying:
            dying.setattr(repository, "note", die)
            assert queue.deliver(event) == [0]
        assert queue.deliver(event) == []
        assert len(mailbox.mails) == 2
        assert rows.execute("SELECT count(*) FROM sent_mails").fetchone() == (1,)

    def test_noted_by_two_at_once(self, queue: Queue, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
        async def not_yet(_: Any) -> bool:
            return False

        event = registered()
        monkeypatch.setattr(repository, "is_answered", not_yet)
        assert queue.deliver(event, event) == []
        assert rows.execute("SELECT count(*) FROM sent_mails").fetchone() == (1,)


class TestForgetting:
    def test_what_can_come_no_more(self, queue: Queue, rows: Rows) -> None:
        old, young = str(uuid.uuid4()), str(uuid.uuid4())
        queue.deliver(registered(event_id=old), registered(event_id=young))
        rows.execute("UPDATE inbox SET received_at = now() - interval '41 days' WHERE event_id = %s", [old])
        queue.deliver()
        for table in ("inbox", "sent_mails"):
            query = SQL("SELECT event_id::text FROM {}").format(Identifier(table))
            assert rows.execute(query).fetchall() == [(young,)]


class TestFailingAlone:
    def test_auth_away(self, queue: Queue, mailbox: Mailbox, accounts: Accounts, auth: str, find_auth: Find) -> None:
        order, welcome = order_paid(accounts.make().id), registered()
        find_auth(nowhere())
        assert queue.deliver(order, welcome) == [0]
        find_auth(auth)
        assert queue.deliver(order) == []
        assert len(mailbox.mails) == 2

    def test_ses_away(self, queue: Queue, mailbox: Mailbox, rows: Rows, aws: str, find_ses: Find) -> None:
        event = registered()
        find_ses(nowhere())
        assert queue.deliver(event) == [0]
        assert rows.execute("SELECT count(*) FROM inbox").fetchone() == (0,)
        find_ses(aws)
        assert queue.deliver(event) == []
        assert len(mailbox.mails) == 1

    def test_ses_refuses(self, queue: Queue, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MAIL_FROM", "nobody-verified@example.org")
        assert queue.deliver(registered()) == [0]
        assert rows.execute("SELECT count(*) FROM inbox").fetchone() == (0,)

    def test_no_event(self, queue: Queue, mailbox: Mailbox) -> None:
        incomplete = event_message("order.paid", {"user_id": str(uuid.uuid4())})
        assert queue.deliver("garbage", incomplete, registered()) == [0, 1]
        assert len(mailbox.mails) == 1

    def test_unknown_type(self, queue: Queue, mailbox: Mailbox) -> None:
        assert queue.deliver(event_message("order.created", {})) == []
        assert mailbox.mails == []

    def test_nothing(self, queue: Queue) -> None:
        assert queue.deliver() == []


def test_no_transaction_is_open_while_ses_is_asked(queue: Queue, settings: str, find_ses: Find) -> None:
    """Looked up in pg_stat_activity by a stand-in for SES, while the service waits for it."""
    seen: list[Any] = []

    class Ses(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            with psycopg.connect(settings) as connection:
                query = (
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
                )
                seen.append(connection.execute(query).fetchone())
            answer = json.dumps({"MessageId": "1"}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Standard error is pytest's."""

    with HTTPServer(("127.0.0.1", 0), Ses) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        find_ses(f"http://127.0.0.1:{server.server_port}")
        assert queue.deliver(registered()) == []
        server.shutdown()
        thread.join()
    assert seen == [(0,)]


def test_log_keeps_addresses_and_words_to_itself(queue: Queue, accounts: Accounts, log: io.StringIO) -> None:
    account = accounts.make()
    queue.deliver(registered("ada.lovelace@example.com"), order_paid(account.id), registered("ada, eve"))
    queue.deliver(event_message("user.registered", {"email": "ada.lovelace@example.com"}))
    said = log.getvalue()
    messages = [json.loads(line)["message"] for line in said.splitlines()]
    assert messages.count("mail sent") == 2
    assert "a…@example.com" in [json.loads(line).get("recipient") for line in said.splitlines()]
    for secret in ("ada.lovelace", account.email, "ada, eve", "Thank you", "Welcome to", "Mug"):
        assert secret not in said
