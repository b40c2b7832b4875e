"""Placing that breaks off, at any step, is finished by whoever comes next."""

from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

import psycopg
import pytest

from factories.ordering import ADDRESS, Person, Shop, key, told
from orders import attempts, carts, creating, following, reservations, saga
from shopkit.errors import Unavailable

Rows = psycopg.Connection[dict[str, Any]]
Facts = Callable[..., list[dict[str, Any]]]
Break = Callable[..., None]
Sweep = Callable[[], dict[str, Any]]
Remind = Callable[[str], dict[str, Any]]


class Killed(BaseException):
    """The process ends here: nothing that the code would do in case of an error happens."""


@pytest.fixture
def break_off(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Lets the process end before or after a step, once; or lets the step's outcome be unknown."""

    def break_off(module: ModuleType, step: str, *, after: bool, by: BaseException | None = None) -> None:
        do: Callable[..., Awaitable[Any]] = getattr(module, step)

        async def broken(*args: Any, **options: Any) -> Any:
            monkeypatch.setattr(module, step, do)
            if after:
                await do(*args, **options)
            raise by or Killed

        monkeypatch.setattr(module, step, broken)

    return break_off


@pytest.fixture
def leases_end(rows: Rows) -> Callable[[], None]:
    """Lets the time pass for which a dead process still holds what it worked on."""

    def end() -> None:
        rows.execute("UPDATE idempotency SET lease_until = now()")
        rows.execute("UPDATE orders SET leased_until = now()")

    return end


def attempt_of(rows: Rows, shopper: Person) -> str | None:
    row = rows.execute("SELECT id::text FROM orders WHERE user_id = %s", [shopper.id]).fetchone()
    return row["id"] if row else None


@pytest.fixture
def finish(rows: Rows, leases_end: Callable[[], None], remind: Remind, sweep: Sweep) -> Callable[[Person, str], None]:
    """Lets the reminder of somebody's attempt come, or the sweep, once nobody is held to work on it any more."""

    def finish(shopper: Person, by: str) -> None:
        leases_end()
        if by == "reminder" and (attempt := attempt_of(rows, shopper)):
            assert remind(attempt) == {"batchItemFailures": []}
        if by == "sweep":
            assert sweep()["failed"] == 0

    return finish


STEPS = [
    (carts, "read", False),
    (attempts, "begin", False),
    (attempts, "begin", True),
    (reservations, "hold", True),
    (creating, "create", True),
    (saga, "tidy_now", False),
    (carts, "empty", True),
    (attempts, "finish", True),
]


@pytest.mark.parametrize("by", ["same key", "reminder", "sweep"])
@pytest.mark.parametrize("step", STEPS)
def test_killed(
    shop: Shop,
    facts: Facts,
    break_off: Break,
    finish: Callable[[Person, str], None],
    sweep: Sweep,
    step: tuple[ModuleType, str, bool],
    by: str,
) -> None:
    module, name, is_done = step
    mug, sent = shop.products.make(), key()
    shopper = shop.buyer(mug, qty=2)
    break_off(module, name, after=is_done)
    assert shopper.place(idempotency_key=sent).status == 500  # nobody hears that
    finish(shopper, by)
    placed = told(shopper.place(idempotency_key=sent), 201)
    sweep()
    assert shopper.orders() == [placed]
    assert shop.stock(mug) == 3
    assert shop.cart(shopper)["items"] == []
    assert [fact["type"] for fact in facts(placed)] == ["order.created"]
    assert sweep()["resumed"] == 0


class TestRefusedAndKilled:
    @pytest.mark.parametrize(("module", "step"), [(saga, "tidy_now"), (reservations, "release"), (attempts, "finish")])
    def test_lets_go(
        self,
        shop: Shop,
        break_off: Break,
        leases_end: Callable[[], None],
        sweep: Sweep,
        module: ModuleType,
        step: str,
    ) -> None:
        mug, sent = shop.products.make(price="10.00"), key()
        shopper = shop.buyer(mug, qty=2)
        shop.products.change(mug, price="11.00")
        break_off(module, step, after=False)
        assert shopper.place(idempotency_key=sent).status == 500  # nobody hears that
        leases_end()
        reply = shopper.place(idempotency_key=sent)
        assert (reply.status, reply.json()["code"]) == (409, "price_changed")
        sweep()
        assert (shop.stock(mug), shopper.orders()) == (5, [])
        assert sweep()["resumed"] == 0

    def test_is_forgotten(self, shop: Shop, rows: Rows, sweep: Sweep) -> None:
        mug = shop.products.make(price="10.00")
        refused, placed = shop.buyer(mug), shop.buyer(mug)
        assert placed.place().status == 201
        shop.products.change(mug, price="11.00")
        assert refused.place({"shipping_method": "standard", "shipping_address": ADDRESS}).status == 409
        rows.execute("UPDATE orders SET created_at = now() - interval '8 days'")
        assert sweep()["forgotten"] == 1
        assert rows.execute("SELECT count(*) FROM orders").fetchone() == {"count": 1}
        assert rows.execute("SELECT count(*) FROM addresses").fetchone() == {"count": 0}


class TestUnavailable:
    @pytest.mark.parametrize("who", ["cart", "catalog"])
    def test_next_try_goes_on(
        self, shop: Shop, settle: Callable[..., None], unused_address: str, rows: Rows, who: str
    ) -> None:
        mug, sent = shop.products.make(), key()
        shopper = shop.buyer(mug)
        settle(**{who: unused_address})
        for _ in range(2):
            reply = shopper.place(idempotency_key=sent)
            assert (reply.status, reply.json()["detail"]) == (503, f"{who} unavailable")
            assert reply.headers["retry-after"] == "1"
            assert shopper.orders() == []
        settle()
        assert told(shopper.place(idempotency_key=sent), 201)["order_id"] == attempt_of(rows, shopper)
        assert shop.stock(mug) == 4

    def test_without_a_key(self, shop: Shop, settle: Callable[..., None], unused_address: str) -> None:
        shopper = shop.buyer()
        settle(catalog=unused_address)
        assert shopper.place().status == 503
        settle()
        assert shopper.place().status == 201
        assert len(shopper.orders()) == 1

    def test_nobody_comes_back(
        self, shop: Shop, settle: Callable[..., None], unused_address: str, rows: Rows, remind: Remind
    ) -> None:
        """The order is finished without him; he finds it among his orders."""
        shopper = shop.buyer()
        settle(catalog=unused_address)
        shopper.place(idempotency_key=key())
        settle()
        attempt = attempt_of(rows, shopper)
        assert attempt
        remind(attempt)
        assert [order["order_id"] for order in shopper.orders()] == [attempt]
        assert shop.cart(shopper)["items"] == []

    def test_cart_has_changed_meanwhile(
        self, shop: Shop, settle: Callable[..., None], unused_address: str, sweep: Sweep
    ) -> None:
        """What was ordered is what was in the cart then; what came after stays in it."""
        mug, bowl, sent = shop.products.make(), shop.products.make(), key()
        shopper = shop.buyer(mug)
        settle(catalog=unused_address)
        shopper.place(idempotency_key=sent)
        settle()
        shop.fill(shopper, bowl)
        placed = told(shopper.place(idempotency_key=sent), 201)
        assert [item["sku"] for item in placed["items"]] == [mug["sku"]]
        assert len(shop.cart(shopper)["items"]) == 2
        assert sweep()["resumed"] == 0

    def test_too_late(
        self, shop: Shop, settle: Callable[..., None], unused_address: str, rows: Rows, sweep: Sweep
    ) -> None:
        """Who has waited for as long as an order is held does not get one any more."""
        mug, sent = shop.products.make(), key()
        shopper = shop.buyer(mug)
        settle(catalog=unused_address)
        shopper.place(idempotency_key=sent)
        rows.execute("UPDATE orders SET created_at = now() - interval '31 minutes'")
        settle()
        sweep()
        reply = shopper.place(idempotency_key=sent)
        assert (reply.status, reply.json()["code"]) == (409, "placing_given_up")
        assert (shopper.orders(), shop.stock(mug)) == ([], 5)
        assert told(shopper.place(idempotency_key=key()), 201)

    def test_too_late_and_its_key_is_forgotten(
        self, shop: Shop, break_off: Break, leases_end: Callable[[], None], rows: Rows, sweep: Sweep
    ) -> None:
        """Nobody waits for the answer; the stock must not stay held for that."""
        mug = shop.products.make()
        shopper = shop.buyer(mug)
        break_off(reservations, "hold", after=True)
        shopper.place(idempotency_key=key())
        assert shop.stock(mug) == 4
        leases_end()
        rows.execute("DELETE FROM idempotency")
        rows.execute("UPDATE orders SET created_at = now() - interval '25 hours'")
        sweep()
        assert (shopper.orders(), shop.stock(mug)) == ([], 5)
        assert sweep()["resumed"] == 0

    def test_in_doubt(self, shop: Shop, break_off: Break) -> None:
        """The stock is held, but nobody has heard so: the reservation is asked for again."""
        mug, sent = shop.products.make(), key()
        shopper = shop.buyer(mug)
        break_off(reservations, "hold", after=True, by=Unavailable("catalog"))
        assert shopper.place(idempotency_key=sent).status == 503
        told(shopper.place(idempotency_key=sent), 201)
        assert shop.stock(mug) == 4

    def test_cart_cannot_be_emptied(
        self, shop: Shop, break_off: Break, leases_end: Callable[[], None], sweep: Sweep
    ) -> None:
        """That is no reason to keep the shopper from his order."""
        shopper = shop.buyer()
        break_off(carts, "empty", after=False, by=Unavailable("cart"))
        told(shopper.place(), 201)
        assert shop.cart(shopper)["items"] != []
        leases_end()
        assert sweep()["resumed"] == 1
        assert shop.cart(shopper)["items"] == []


class TestTwoAtOnce:
    def test_one_decides(
        self, shop: Shop, rows: Rows, leases_end: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A try that was held up finds that another was quicker: it changes nothing."""
        mug, sent = shop.products.make(), key()
        shopper = shop.buyer(mug)
        hold = reservations.hold

        async def held_up(order_id: Any, wanted: Any) -> Any:
            monkeypatch.setattr(reservations, "hold", hold)
            lines = await hold(order_id, wanted)
            leases_end()
            await following.resume(order_id)
            return lines

        monkeypatch.setattr(reservations, "hold", held_up)
        reply = shopper.place(idempotency_key=sent)
        assert (reply.status, reply.json()["code"]) == (409, "still_running")
        assert told(shopper.place(idempotency_key=sent), 201)["order_id"] == attempt_of(rows, shopper)
        assert (len(shopper.orders()), shop.stock(mug)) == (1, 4)
