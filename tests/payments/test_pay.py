"""Paying an order."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import event

from factories.events import Http
from factories.payments import Books, Payer, ProviderWithEvents, internal, new_key
from fakes.orders import FakeOrders
from localcloud.state import free_port
from payments.providers.protocol import Bill, Provider
from shopkit.db import session

UseProvider = Callable[[Provider], None]


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """What SQLAlchemy sends to the database meanwhile."""
    statements: list[str] = []

    def sent(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    engine = session.engine().sync_engine
    event.listen(engine, "before_cursor_execute", sent)
    yield statements
    event.remove(engine, "before_cursor_execute", sent)


class TestPay:
    def test_anonymous(self, http: Http, payer: Payer, orders: FakeOrders) -> None:
        order = orders.make(payer.id)
        body = {"order_id": order.id, "amount": order.total}
        reply = http("POST", "/payment/pay", json_body=body, headers=internal(), api_id="direct")
        assert (reply.status, reply.json()["code"]) == (401, "unauthenticated")

    def test_through_api_gateway(self, http: Http, payer: Payer, orders: FakeOrders) -> None:
        body = {"order_id": orders.make(payer.id).id, "amount": "12.00"}
        assert http("POST", "/payment/pay", json_body=body, headers=payer.headers).status == 404

    def test_by_another_service(self, http: Http, payer: Payer, orders: FakeOrders) -> None:
        headers = {**payer.headers, **internal("catalog")}
        body = {"order_id": orders.make(payer.id).id, "amount": "12.00"}
        assert http("POST", "/payment/pay", json_body=body, headers=headers, api_id="direct").status == 403

    def test_of_another_shopper(self, payer: Payer, other: Payer, admin: Payer, orders: FakeOrders) -> None:
        order = orders.make(other.id)
        for who in (payer, admin):
            assert who.pay(order).status == 404

    def test_unknown(self, payer: Payer, orders: FakeOrders) -> None:
        order = orders.make(payer.id)
        orders.orders.clear()
        assert payer.pay(order).status == 404

    @pytest.mark.parametrize("body", [{"method": "pm_cash"}, {"amount": "12.001"}, {"amount": "-1"}, {"card": "4242"}])
    def test_invalid(self, payer: Payer, orders: FakeOrders, body: dict[str, str]) -> None:
        assert payer.pay(orders.make(payer.id), **body).status == 422

    @pytest.mark.parametrize("amount", ["11.99", "12.01", "0"])
    def test_other_amount(self, payer: Payer, orders: FakeOrders, books: Books, amount: str) -> None:
        order = orders.make(payer.id)
        reply = payer.pay(order, amount=amount)
        assert reply.status == 422
        assert (reply.json()["code"], reply.json()["total"]) == ("amount_mismatch", "12.00")
        assert not books.payments(order)

    def test_cancelled(self, payer: Payer, orders: FakeOrders, books: Books) -> None:
        order = orders.make(payer.id, status="cancelled")
        reply = payer.pay(order)
        assert (reply.status, reply.json()["code"]) == (409, "order_not_payable")
        assert reply.json()["order_status"] == "cancelled"
        assert not books.payments(order)

    def test_expired(self, payer: Payer, orders: FakeOrders) -> None:
        order = orders.make(payer.id, expires_at=datetime.now(UTC) - timedelta(seconds=1))
        assert payer.pay(order).json()["code"] == "order_not_payable"

    def test_valid(self, payer: Payer, orders: FakeOrders, books: Books) -> None:
        order = orders.make(payer.id)
        reply = payer.pay(order)
        assert reply.status == 200
        [payment] = books.payments(order)
        assert reply.json() == {
            "payment_id": str(payment["id"]),
            "order_id": order.id,
            "status": "paid",
            "amount": "12.00",
            "currency": "EUR",
        }
        assert (order.status, order.payment_id) == ("paid", str(payment["id"]))
        assert books.kept(order) == Decimal("12.00")
        assert books.facts() == ["payment.succeeded"]
        assert payment["order_told_at"] is not None

    def test_amount_as_number(self, payer: Payer, orders: FakeOrders) -> None:
        assert payer.pay(orders.make(payer.id), amount=12).status == 200

    def test_declined(self, payer: Payer, orders: FakeOrders, books: Books) -> None:
        order = orders.make(payer.id)
        reply = payer.pay(order, "pm_card_declined")
        assert (reply.status, reply.json()["code"]) == (402, "payment_declined")
        assert reply.json()["reason"] == "card_declined"
        assert order.status == "created"
        assert books.kept(order) == 0
        assert books.facts() == ["payment.failed"]

    def test_after_declined(self, payer: Payer, orders: FakeOrders, books: Books) -> None:
        order = orders.make(payer.id)
        payer.pay(order, "pm_card_declined")
        assert payer.pay(order).status == 200
        assert [payment["status"] for payment in books.payments(order)] == ["failed", "succeeded"]

    def test_no_answer(self, payer: Payer, orders: FakeOrders, books: Books) -> None:
        order = orders.make(payer.id)
        reply = payer.pay(order, "pm_card_timeout")
        assert (reply.status, reply.json()["status"]) == (202, "pending")
        assert reply.headers["retry-after"] == "5"
        assert [payment["status"] for payment in books.payments(order)] == ["in_doubt"]
        assert books.facts() == []

    def test_in_progress(self, payer: Payer, orders: FakeOrders, books: Books) -> None:
        order = orders.make(payer.id)
        payer.pay(order, "pm_card_timeout")
        reply = payer.pay(order)
        assert (reply.status, reply.json()["code"]) == (409, "payment_in_progress")
        assert reply.headers["retry-after"]
        assert books.kept(order) == Decimal("12.00")

    @pytest.mark.parametrize("status", ["paid", "processing", "completed"])
    def test_paid_before(self, payer: Payer, orders: FakeOrders, books: Books, status: str) -> None:
        order = orders.make(payer.id)
        first = payer.pay(order)
        order.status = status
        again = payer.pay(order, "pm_card_declined")
        assert (again.status, again.json()) == (200, first.json())
        assert books.kept(order) == Decimal("12.00")

    def test_many_at_once(self, payer: Payer, orders: FakeOrders, books: Books) -> None:
        """One of them pays; the others are told of it, or that it is being done."""
        from payments.app import app

        order = orders.make(payer.id)
        answers = payer.at_once(app, order, 20)
        assert {answer.status_code for answer in answers} <= {200, 409}
        paid = {answer.json()["payment_id"] for answer in answers if answer.status_code == 200}
        assert len(paid) == 1
        assert books.kept(order) == Decimal("12.00")
        assert books.facts() == ["payment.succeeded"]

    def test_no_transaction_while_charging(
        self, payer: Payer, orders: FakeOrders, database: str, use_provider: UseProvider
    ) -> None:
        seen = []

        async def look(_: Bill) -> None:
            async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
                found = await connection.execute(
                    "SELECT state, query FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
                )
                seen.append(await found.fetchall())

        use_provider(ProviderWithEvents(before=look, after=look))
        assert payer.pay(orders.make(payer.id)).status == 200
        assert seen == [[], []]

    def test_statements(self, payer: Payer, orders: FakeOrders) -> None:
        """The payment, its success, the fact, and that orders was told; with a key, its answer."""
        payer.pay(orders.make(payer.id))
        with counted_statements() as statements:
            payer.pay(orders.make(payer.id))
        assert len(statements) == 4
        with counted_statements() as statements:
            payer.pay(orders.make(payer.id), key=new_key())
        assert len(statements) == 5

    def test_cancelled_meanwhile(
        self, payer: Payer, orders: FakeOrders, books: Books, use_provider: UseProvider
    ) -> None:
        order = orders.make(payer.id)

        async def cancel(_: Bill) -> None:
            order.status = "cancelled"

        use_provider(ProviderWithEvents(after=cancel))
        reply = payer.pay(order)
        assert (reply.status, reply.json()["code"]) == (409, "order_not_payable")
        assert [refund["status"] for refund in books.refunds(order)] == ["requested"]


class TestPayWithKey:
    def test_repeated(self, payer: Payer, orders: FakeOrders, books: Books) -> None:
        order, key = orders.make(payer.id), new_key()
        first, again = payer.pay(order, key=key), payer.pay(order, key=key)
        assert (again.status, again.body) == (first.status, first.body) == (200, first.body)
        assert "idempotent-replayed" not in first.headers
        assert again.headers["idempotent-replayed"] == "true"
        assert len(books.payments(order)) == 1

    @pytest.mark.parametrize(("method", "status"), [("pm_card_declined", 402), ("pm_card_timeout", 202)])
    def test_repeated_without_success(
        self, payer: Payer, orders: FakeOrders, books: Books, method: str, status: int
    ) -> None:
        order, key = orders.make(payer.id), new_key()
        first, again = (payer.pay(order, method, key) for _ in range(2))
        assert (first.status, again.status) == (status, status)
        assert again.body == first.body
        assert again.headers["content-type"] == first.headers["content-type"]
        assert len(books.payments(order)) == 1

    def test_refused(self, payer: Payer, orders: FakeOrders) -> None:
        """A refusal that will stay one is the key's answer, whatever changes later."""
        order, key = orders.make(payer.id, status="cancelled"), new_key()
        first = payer.pay(order, key=key)
        order.status = "created"
        again = payer.pay(order, key=key)
        assert (first.status, again.status) == (409, 409)
        assert again.body == first.body

    def test_in_progress(self, payer: Payer, orders: FakeOrders, books: Books) -> None:
        """That passes: the same key may ask again."""
        order, key = orders.make(payer.id), new_key()
        payer.pay(order, "pm_card_timeout")
        assert payer.pay(order, key=key).json()["code"] == "payment_in_progress"
        books.all("UPDATE payments SET status = 'failed' RETURNING id")
        assert payer.pay(order, key=key).status == 200

    def test_other_body(self, payer: Payer, orders: FakeOrders) -> None:
        order, key = orders.make(payer.id), new_key()
        payer.pay(order, key=key)
        reply = payer.pay(order, "pm_card_declined", key)
        assert (reply.status, reply.json()["code"]) == (422, "idempotency_key_reused")

    def test_of_another_shopper(self, payer: Payer, other: Payer, orders: FakeOrders) -> None:
        key = new_key()
        assert payer.pay(orders.make(payer.id), key=key).status == 200
        assert other.pay(orders.make(other.id), key=key).status == 200

    @pytest.mark.parametrize("key", ["short", "x" * 256, "\u00e9" * 16, "a key\twith a tab"])
    def test_bad_key(self, payer: Payer, orders: FakeOrders, key: str) -> None:
        assert payer.pay(orders.make(payer.id), key=key).status == 422

    def test_many_at_once(self, payer: Payer, orders: FakeOrders, books: Books) -> None:
        from payments.app import app

        order = orders.make(payer.id)
        answers = payer.at_once(app, order, 50, new_key())
        codes = {answer.json().get("code") for answer in answers if answer.status_code == 409}
        assert {answer.status_code for answer in answers} <= {200, 409}
        assert codes <= {"still_running"}
        assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
        assert books.kept(order) == Decimal("12.00")

    def test_orders_away(
        self, payer: Payer, orders: FakeOrders, find_orders: Callable[[str], None], books: Books
    ) -> None:
        """Nothing has happened, so the same key may ask again at once."""
        order, key = orders.make(payer.id), new_key()
        find_orders(f"http://127.0.0.1:{free_port()}")
        refused = payer.pay(order, key=key)
        assert (refused.status, refused.json()["detail"]) == (503, "orders unavailable")
        find_orders(orders.url)
        assert payer.pay(order, key=key).status == 200


class TestProviderUnfit:
    def test_pay(self, payer: Payer, orders: FakeOrders, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
        order = orders.make(payer.id)
        monkeypatch.setenv("STAGE", "prod")
        reply = payer.pay(order)
        assert (reply.status, reply.json()["code"]) == (503, "provider_unfit")
        assert not books.payments(order)

    def test_health(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        assert http("GET", "/payments/health").json()["provider"] == "ok"
        monkeypatch.setenv("STAGE", "prod")
        reply = http("GET", "/payments/health")
        assert (reply.status, reply.json()["database"]) == (503, "ok")
        assert "emulated" in reply.json()["provider"]

    def test_unknown(self, payer: Payer, orders: FakeOrders, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PAYMENT_PROVIDER", "nobody")
        assert payer.pay(orders.make(payer.id)).json()["code"] == "provider_unfit"
