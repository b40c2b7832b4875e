"""Paying: declined cards, providers that do not answer, money that goes back."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from factories.problems import assert_problem
from factories.waiting import wait_for

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def order(buyer: httpx.Client, make_product: Make) -> dict[str, Any]:
    """An order of 12.50 that waits to be paid."""
    product = make_product(price="12.50")
    buyer.post("/cart/add", json={"product_id": product["id"], "qty": 1}).raise_for_status()
    answer = buyer.post("/order/create", json={})
    assert answer.status_code == 201, answer.text
    placed: dict[str, Any] = answer.json()
    return placed


def pay(client: httpx.Client, order: dict[str, Any], **more: str) -> httpx.Response:
    return client.post("/payment/pay", json={"order_id": order["order_id"], "amount": order["total"], **more})


def payments_of(client: httpx.Client, order: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.get("/api/payments", params={"order_id": order["order_id"]})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def status_of(client: httpx.Client, order: dict[str, Any]) -> str:
    status: str = client.get(f"/order/{order['order_id']}").json()["status"]
    return status


class TestPay:
    def test_nobody(self, nobody: httpx.Client, order: dict[str, Any]) -> None:
        assert_problem(pay(nobody, order), 401, "unauthenticated")

    def test_paid(self, buyer: httpx.Client, order: dict[str, Any]) -> None:
        answer = pay(buyer, order)
        assert answer.status_code == 200
        paid = answer.json()
        assert paid.items() >= {"order_id": order["order_id"], "status": "paid", "amount": "12.50"}.items()
        assert status_of(buyer, order) == "paid"
        assert pay(buyer, order).json() == paid
        assert [each["payment_id"] for each in payments_of(buyer, order)] == [paid["payment_id"]]

    def test_under_a_key(self, buyer: httpx.Client, order: dict[str, Any]) -> None:
        wanted = {"order_id": order["order_id"], "amount": order["total"]}
        key = {"Idempotency-Key": f"acceptance-{uuid.uuid4()}"}
        first, second = (buyer.post("/payment/pay", json=wanted, headers=key) for _ in range(2))
        assert first.content == second.content
        assert second.headers["Idempotent-Replayed"] == "true"

    def test_declined_and_tried_again(self, buyer: httpx.Client, order: dict[str, Any]) -> None:
        assert_problem(pay(buyer, order, method="pm_card_declined"), 402, "payment_declined")
        assert status_of(buyer, order) == "created"
        assert pay(buyer, order, method="pm_card_visa").status_code == 200
        assert [each["status"] for each in payments_of(buyer, order)] == ["failed", "paid"]

    def test_a_provider_that_does_not_answer(self, buyer: httpx.Client, order: dict[str, Any]) -> None:
        """It took the money all the same: asked again, it says so, and the order is paid once."""
        answer = pay(buyer, order, method="pm_card_timeout")
        assert (answer.status_code, answer.json()["status"]) == (202, "pending")
        assert answer.headers["Retry-After"]
        wait_for(lambda: status_of(buyer, order) == "paid", seconds=60)
        assert [each["status"] for each in payments_of(buyer, order)] == ["paid"]

    def test_refusals(self, buyer: httpx.Client, order: dict[str, Any]) -> None:
        wanted = {"order_id": order["order_id"], "amount": "0.01"}
        assert_problem(buyer.post("/payment/pay", json=wanted), 422, "amount_mismatch")
        assert_problem(pay(buyer, order, method="gold"), 422, "invalid_request")
        unknown = {"order_id": str(uuid.uuid4()), "amount": "12.50"}
        assert_problem(buyer.post("/payment/pay", json=unknown), 404, "not_found")
        assert payments_of(buyer, order) == []

    def test_cancelled_order(self, buyer: httpx.Client, order: dict[str, Any]) -> None:
        buyer.post(f"/api/orders/{order['order_id']}/cancel", json={}).raise_for_status()
        assert_problem(pay(buyer, order), 409, "order_not_payable")


class TestMoneyBack:
    def test_when_the_shopper_cancels(self, buyer: httpx.Client, order: dict[str, Any]) -> None:
        pay(buyer, order)
        buyer.post(f"/api/orders/{order['order_id']}/cancel", json={}).raise_for_status()
        wait_for(lambda: [each["status"] for each in payments_of(buyer, order)] == ["refunded"], seconds=60)
        [payment] = payments_of(buyer, order)
        assert [(each["status"], each["amount"]) for each in payment["refunds"]] == [("refunded", "12.50")]

    def test_when_an_administrator_says_so(
        self, buyer: httpx.Client, admin: httpx.Client, order: dict[str, Any]
    ) -> None:
        pay(buyer, order)
        path = f"/api/admin/orders/{order['order_id']}"
        admin.post(f"{path}/status", json={"status": "processing"}).raise_for_status()
        refunded = admin.post(f"{path}/refund", json={"note": "It broke on the way"})
        assert (refunded.status_code, refunded.json()["status"]) == (200, "cancelled")
        wait_for(lambda: [each["status"] for each in payments_of(admin, order)] == ["refunded"], seconds=60)
        told = buyer.get(f"/order/{order['order_id']}").json()["events"]
        assert "It broke on the way" in {each["note"] for each in told}


def test_webhooks_want_a_signature(nobody: httpx.Client) -> None:
    for headers in ({}, {"Webhook-Signature": "t=1,v1=00"}):
        answer = nobody.post("/payments/webhooks/emulated", json={"id": "evt_1"}, headers=headers)
        assert_problem(answer, 400, "bad_signature")
