"""A shopper: fills a cart, places an order, pays or does not, and sends things twice as nervous people do."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from shopcli.chaos.asking import PAUSE, Answer, Caller, NoAnswer
from shopcli.chaos.diary import CartLog, Keyed, Sighting, Visit
from shopcli.chaos.plan import Checkout, Ending, Repeat

CARD, DECLINED, TIMES_OUT = "pm_card_visa", "pm_card_declined", "pm_card_timeout"
CARDS: Mapping[Ending, Sequence[str]] = {
    Ending.PAID: [CARD],
    Ending.DECLINED: [DECLINED],
    Ending.DECLINED_THEN_PAID: [DECLINED, CARD],
    Ending.TIMED_OUT: [TIMES_OUT],
    Ending.LEFT: [],
    Ending.CANCELLED: [],
    Ending.REFUNDED: [CARD],
}
OUTCOME_SECONDS = 20.0
"""For how long a shopper looks at an order whose payment is pending."""
ACCEPTED = 202


class Shopper:
    """One person, one cart, one checkout after another; `products` are the ids of the plan's, in its order."""

    def __init__(self, caller: Caller, user_id: str, products: Sequence[str]) -> None:
        self._caller, self._user_id, self._products = caller, user_id, products
        self._cart = CartLog()

    def visit(self, checkout: Checkout) -> Visit:
        """Go through a checkout; what was not answered ends it, and is remembered."""
        visit = Visit(checkout, self._user_id)
        try:
            self._fill_cart(visit)
            self._place(visit)
            if visit.order is not None:
                self._go_on(visit)
        except NoAnswer as failure:
            visit.gave_up = str(failure)
        return visit

    def come_back(self, visit: Visit) -> None:
        """Send everything that had a key once more."""
        for keyed in visit.keyed:
            self._send(self._caller, keyed)

    def _fill_cart(self, visit: Visit) -> None:
        self._caller.ask("DELETE", "/api/cart")
        self._cart.emptied()
        for index, units in visit.checkout.lines.items():
            product = self._products[index]
            answer = self._caller.ask("POST", "/cart/add", {"product_id": product, "qty": units})
            self._cart.added(product, units, answer)
        self._look_at_cart(visit)

    def _look_at_cart(self, visit: Visit) -> None:
        items = self._caller.ask("GET", "/api/cart").content["items"]
        visit.sightings.append(Sighting.of("cart", self._cart.bounds, items))

    def _place(self, visit: Visit) -> None:
        """Place the order; without what is sold out, if something is left."""
        key = visit.checkout.key
        answer = self._send_as_planned(visit, Keyed("/order/create", key, {}), visit.placings)
        if answer.code == "out_of_stock":
            for item in answer.content["items"]:
                self._remove(item["product_id"])
            answer = self._send_as_planned(visit, Keyed("/order/create", f"{key}-less", {}), visit.placings)
        if answer.is_success:
            visit.order = answer.content
            visit.sightings.append(Sighting.of("order", self._cart.bounds, visit.order["items"]))

    def _go_on(self, visit: Visit) -> None:
        for card in CARDS[visit.checkout.ending]:
            self._pay(visit, card)
        if visit.checkout.ending in {Ending.CANCELLED, Ending.REFUNDED}:
            self._cancel(visit)

    def _remove(self, product: str) -> None:
        if self._caller.ask("POST", "/cart/remove", {"product_id": product}).is_success:
            self._cart.removed(product)

    def _pay(self, visit: Visit, method: str) -> None:
        order = visit.order or {}
        body = {"order_id": order["order_id"], "amount": order["total"], "method": method}
        keyed = Keyed("/payment/pay", f"{visit.checkout.key}-pay-{len(visit.payings)}", body)
        answer = self._send_as_planned(visit, keyed, visit.payings)
        if answer.status == ACCEPTED:
            self._await_outcome(order["order_id"])

    def _await_outcome(self, order_id: str) -> None:
        until = time.monotonic() + OUTCOME_SECONDS
        while time.monotonic() < until:
            if self._caller.ask("GET", f"/api/orders/{order_id}").content["status"] != "created":
                return
            time.sleep(PAUSE)

    def _cancel(self, visit: Visit) -> None:
        order = visit.order or {}
        visit.cancelling = self._caller.ask("POST", f"/api/orders/{order['order_id']}/cancel", {})

    def _send_as_planned(self, visit: Visit, keyed: Keyed, remembered: list[Keyed]) -> Answer:
        """Once, again, or three times at once. Raises NoAnswer where none of them was answered."""
        remembered.append(keyed)
        match visit.checkout.repeat:
            case Repeat.ONCE:
                self._send(self._caller, keyed)
            case Repeat.AGAIN:
                self._send(self._caller, keyed)
                self._send(self._caller, keyed)
            case Repeat.AT_ONCE:
                callers = [self._caller.another() for _ in range(3)]
                with ThreadPoolExecutor(len(callers)) as pool:
                    list(pool.map(lambda caller: self._send(caller, keyed), callers))
        if not keyed.answers:
            raise NoAnswer(keyed.gave_up)
        return keyed.answers[0]

    def _send(self, caller: Caller, keyed: Keyed) -> None:
        try:
            keyed.answers.append(caller.ask("POST", keyed.path, keyed.body, key=keyed.key))
        except NoAnswer as failure:
            keyed.gave_up = str(failure)
