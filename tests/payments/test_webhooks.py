"""Webhooks: who may send them, and that they only hint."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from factories.events import Http, Reply
from factories.payments import Background, Books, Payer, bill_of
from fakes.orders import FakeOrder, FakeOrders
from localcloud.state import free_port
from payments.providers import signatures
from payments.providers.emulated import EmulatedProvider
from payments.providers.protocol import Charge, Provider, WebhookEvent
from shopkit import runtime

UseProvider = Callable[[Provider], None]


class Webhooks:
    """The emulated provider, sending."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def __call__(self, kind: str, payment_id: UUID | None, *, event_id: str | None = None, **more: Any) -> Reply:
        event = WebhookEvent(event_id or f"evt_{uuid.uuid4()}", kind, payment_id)
        headers, body = runtime.run(EmulatedProvider().signed(event))
        return self.send(body, headers, **more)

    def send(self, body: bytes, headers: dict[str, str], *, provider: str = "emulated") -> Reply:
        """As the provider does: through API Gateway, with nothing that says who he is but the signature."""
        return self._http("POST", f"/payments/webhooks/{provider}", body=body, headers=headers)


class Counting(EmulatedProvider):
    """Counts how often it is asked for a payment."""

    def __init__(self) -> None:
        self.asked = 0

    async def look_up(self, payment_id: UUID) -> Charge | None:
        self.asked += 1
        return await super().look_up(payment_id)


@pytest.fixture
def webhook(http: Http) -> Webhooks:
    return Webhooks(http)


@pytest.fixture
def in_doubt(payer: Payer, orders: FakeOrders) -> FakeOrder:
    order = orders.make(payer.id)
    assert payer.pay(order, "pm_card_timeout").status == 202
    return order


@pytest.fixture
def payment_id(in_doubt: FakeOrder, payer: Payer) -> UUID:
    return UUID(payer.payments(in_doubt)[0]["payment_id"])


class TestWebhook:
    def test_unsigned(self, webhook: Webhooks, in_doubt: FakeOrder) -> None:
        reply = webhook.send(b'{"id": "evt_1", "type": "charge.succeeded"}', {})
        assert (reply.status, reply.json()["code"]) == (400, "bad_signature")

    def test_signed_with_another_key(
        self, webhook: Webhooks, payment_id: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        event = WebhookEvent("evt_1", "charge.succeeded", payment_id)
        with monkeypatch.context() as forger:
            forger.setenv("WEBHOOK_SECRET", "guessed")
            headers, body = runtime.run(EmulatedProvider().signed(event))
        assert webhook.send(body, headers).status == 400

    def test_recorded(self, webhook: Webhooks, in_doubt: FakeOrder) -> None:
        body = b'{"id": "evt_1", "type": "charge.succeeded", "payment_id": null}'
        header = signatures.sign(body, "only-for-tests", datetime.now(UTC) - timedelta(seconds=302))
        assert webhook.send(body, {"webhook-signature": header}).status == 400

    def test_of_another_provider(self, webhook: Webhooks, payment_id: UUID) -> None:
        assert webhook("charge.succeeded", payment_id, provider="stripe").status == 404

    def test_too_large(self, webhook: Webhooks, in_doubt: FakeOrder) -> None:
        reply = webhook.send(b"x" * 65_537, {})
        assert (reply.status, reply.json()["code"]) == (413, "content_too_large")

    def test_succeeded(
        self, webhook: Webhooks, in_doubt: FakeOrder, payment_id: UUID, payer: Payer, books: Books
    ) -> None:
        assert webhook("charge.succeeded", payment_id).status == 200
        assert in_doubt.status == "paid"
        assert payer.payments(in_doubt)[0]["status"] == "paid"

    def test_only_a_hint(self, webhook: Webhooks, in_doubt: FakeOrder, payment_id: UUID) -> None:
        """What the body says to have happened does not count."""
        assert webhook("charge.failed", payment_id).status == 200
        assert in_doubt.status == "paid"

    def test_repeated(
        self, webhook: Webhooks, in_doubt: FakeOrder, payment_id: UUID, use_provider: UseProvider, books: Books
    ) -> None:
        provider = Counting()
        use_provider(provider)
        replies = [webhook("charge.succeeded", payment_id, event_id="evt_1") for _ in range(3)]
        assert [reply.status for reply in replies] == [200, 200, 200]
        assert provider.asked == 1
        assert len(books.all("SELECT * FROM webhook_events")) == 1

    @pytest.mark.parametrize("kind", ["customer.created", "charge.refund.updated"])
    def test_unknown_type(
        self, webhook: Webhooks, in_doubt: FakeOrder, payment_id: UUID, use_provider: UseProvider, kind: str
    ) -> None:
        provider = Counting()
        use_provider(provider)
        assert webhook(kind, payment_id).status == 200
        assert provider.asked == 0

    @pytest.mark.parametrize("unknown", [None, uuid.UUID(int=1)])
    def test_of_nothing_known(self, webhook: Webhooks, in_doubt: FakeOrder, unknown: UUID | None) -> None:
        assert webhook("charge.succeeded", unknown).status == 200

    def test_refunded(
        self, webhook: Webhooks, in_doubt: FakeOrder, payment_id: UUID, background: Background, payer: Payer
    ) -> None:
        webhook("charge.succeeded", payment_id)
        background.cancelled(in_doubt)
        assert webhook("charge.refunded", payment_id).status == 200
        assert payer.payments(in_doubt)[0]["status"] == "refunded"

    def test_charged_late(
        self,
        webhook: Webhooks,
        payer: Payer,
        orders: FakeOrders,
        background: Background,
        books: Books,
        use_provider: UseProvider,
    ) -> None:
        """The charge of a payment that was given up."""
        order = orders.make(payer.id)
        payment_id = uuid.uuid4()
        books.all(
            "INSERT INTO payments (id, order_id, user_id, amount, currency, method, status, reason, provider)"
            " VALUES (%s, %s, %s, 12, 'EUR', 'pm_card_visa', 'failed', 'gave_up', 'emulated') RETURNING id",
            payment_id,
            order.id,
            payer.id,
        )
        runtime.run(EmulatedProvider().charge(bill_of(order, payment_id=payment_id)))
        assert webhook("charge.succeeded", payment_id).status == 200
        assert books.kept(order) == 0
        assert books.facts() == ["payment.refunded"]

    def test_orders_away(
        self,
        webhook: Webhooks,
        in_doubt: FakeOrder,
        payment_id: UUID,
        find_orders: Callable[[str], None],
        orders: FakeOrders,
    ) -> None:
        """The provider sends it again, and then it counts."""
        find_orders(f"http://127.0.0.1:{free_port()}")
        assert webhook("charge.succeeded", payment_id, event_id="evt_1").status == 503
        find_orders(orders.url)
        assert webhook("charge.succeeded", payment_id, event_id="evt_1").status == 200
        assert in_doubt.status == "paid"

    def test_forgotten(self, webhook: Webhooks, in_doubt: FakeOrder, background: Background, books: Books) -> None:
        webhook("customer.created", None, event_id="evt_new")
        webhook("customer.created", None, event_id="evt_old")
        books.all(
            "UPDATE webhook_events SET received_at = now() - interval '31 days' WHERE event_id = 'evt_old' RETURNING 1"
        )
        background.sweep()
        assert [row["event_id"] for row in books.all("SELECT event_id FROM webhook_events")] == ["evt_new"]
