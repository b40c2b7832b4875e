"""The payments of an order, as they are shown."""

from collections.abc import Callable
from datetime import datetime

from factories.events import Http
from factories.payments import Background, Payer, internal
from fakes.orders import FakeOrders
from localcloud.state import free_port


class TestListPayments:
    def test_anonymous(self, http: Http, payer: Payer, orders: FakeOrders) -> None:
        query = {"order_id": orders.make(payer.id).id}
        assert http("GET", "/payments", query=query, headers=internal(), api_id="direct").status == 401

    def test_through_api_gateway(self, http: Http, payer: Payer, orders: FakeOrders) -> None:
        query = {"order_id": orders.make(payer.id).id}
        assert http("GET", "/payments", query=query, headers=payer.headers).status == 404

    def test_of_another_shopper(self, payer: Payer, other: Payer, orders: FakeOrders) -> None:
        """Paid or not, he cannot tell it from one that there is not."""
        order = orders.make(other.id)
        assert payer.ask_for_payments(order.id).status == 404
        other.pay(order)
        assert payer.ask_for_payments(order.id).status == 404

    def test_unknown(self, payer: Payer, orders: FakeOrders) -> None:
        order = orders.make(payer.id)
        orders.orders.clear()
        assert payer.ask_for_payments(order.id).status == 404

    def test_invalid(self, payer: Payer) -> None:
        assert payer.ask_for_payments("42").status == 422

    def test_none(self, payer: Payer, orders: FakeOrders) -> None:
        assert payer.payments(orders.make(payer.id)) == []

    def test_several(self, payer: Payer, orders: FakeOrders) -> None:
        order = orders.make(payer.id)
        payer.pay(order, "pm_card_declined")
        payer.pay(order, "pm_card_timeout")
        failed, pending = payer.payments(order)
        assert (failed["status"], failed["reason"], failed["method"]) == ("failed", "card_declined", "pm_card_declined")
        assert (pending["status"], pending["reason"], pending["refunds"]) == ("pending", None, [])
        assert (pending["amount"], pending["currency"], pending["order_id"]) == ("12.00", "EUR", order.id)
        assert datetime.fromisoformat(pending["created_at"]).utcoffset() is not None

    def test_administrator(self, admin: Payer, payer: Payer, orders: FakeOrders, background: Background) -> None:
        order = orders.make(payer.id)
        payer.pay(order)
        assert admin.payments(order) == payer.payments(order)

    def test_orders_away(self, payer: Payer, orders: FakeOrders, find_orders: Callable[[str], None]) -> None:
        """What payments knows by itself is shown nevertheless."""
        paid, unpaid = orders.make(payer.id), orders.make(payer.id)
        payer.pay(paid)
        find_orders(f"http://127.0.0.1:{free_port()}")
        assert payer.payments(paid)[0]["status"] == "paid"
        assert payer.ask_for_payments(unpaid.id).status == 503
