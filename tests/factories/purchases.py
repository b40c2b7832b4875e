"""Buying through the gateway, as a script of a page does."""

from typing import Any

from factories.visit import Visit

ADDRESS = {"name": "Ada Lovelace", "line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115", "country": "DE"}


def fill(visit: Visit, product: dict[str, Any], qty: int = 1) -> None:
    """Put a product into the cart."""
    reply = visit.send("POST", "/cart/add", {"product_id": product["id"], "qty": qty})
    assert reply.status == 200, reply.text


def order(visit: Visit, product: dict[str, Any], qty: int = 1, **wanted: Any) -> dict[str, Any]:
    """Order a product, and nothing else that may be in the cart."""
    visit.send("DELETE", "/api/cart")
    fill(visit, product, qty)
    reply = visit.send("POST", "/order/create", wanted)
    assert reply.status == 201, reply.text
    placed: dict[str, Any] = reply.json()
    return placed


def pay(visit: Visit, placed: dict[str, Any], method: str = "pm_card_visa") -> dict[str, Any]:
    """Pay for an order."""
    wanted = {"order_id": placed["order_id"], "amount": placed["total"], "method": method}
    reply = visit.send("POST", "/payment/pay", wanted)
    assert reply.status in {200, 202}, reply.text
    paid: dict[str, Any] = reply.json()
    return paid
