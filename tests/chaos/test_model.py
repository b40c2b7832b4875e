"""Any story of placing, paying, cancelling, expiring and refunding, with facts that come twice, late and reversed.

After each step the shop is as the model says; in the end, when all was delivered, nothing is owed to anybody.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chaos.model.live import LiveShop, live_shop
from chaos.model.world import PAID, Card, Delivery, Money, World
from factories.place import ROOT
from factories.shop_functions import restart

pytestmark = pytest.mark.timeout(600)

STEPS, STEPS_OF_LONG_STORIES = 8, 20
PLANTING = ROOT / "tests" / "chaos" / "overlays" / "planting.py"
BUG = PLANTING.with_name("sells_what_was_given_back.py")
some_order = st.integers(0, 3)
some_units = st.integers(1, 2)
some_purchase = st.tuples(some_units, st.sampled_from([*Card, Card.GOOD, None]))
once_or_twice = st.sampled_from([1, 1, 1, 2])


def is_something_told(story: "Story") -> bool:
    return bool(story.world.deliveries)


class Story(RuleBasedStateMachine):
    """`world` is the model; `newest_first` is in which order the facts arrive that nobody has delivered before."""

    live: LiveShop
    world: World
    newest_first: bool

    @initialize(
        stock=st.integers(4, 8), buying=st.lists(some_purchase, min_size=1, max_size=3), newest_first=st.booleans()
    )
    def open(self, stock: int, buying: list[tuple[int, Card | None]], *, newest_first: bool) -> None:
        self.handled = sys.exception()  # Hypothesis may be handling one of its own
        self.world, self.newest_first = World(stock), newest_first
        self.live.begin(stock)
        for qty, card in buying:
            self.place(qty, 1)
            self.is_as_the_model_says()
            if card is not None:
                self.pay(len(self.world.orders) - 1, card, 1)
                self.is_as_the_model_says()

    @rule(qty=some_units, times=once_or_twice)
    def place(self, qty: int, times: int) -> None:
        self.world, told = self.world.place(qty)
        assert self.live.place(qty, times=times) == told

    @rule(order=some_order, card=st.sampled_from(Card), times=once_or_twice)
    def pay(self, order: int, card: Card, times: int) -> None:
        number = self._numbered(order)
        self.world, told = self.world.pay(number, card)
        assert self.live.pay(number, card, self.world.orders[number].qty, times=times) == told

    @rule(order=some_order)
    def cancel(self, order: int) -> None:
        number = self._numbered(order)
        self.world, told = self.world.cancel(number)
        assert self.live.cancel(number) == told

    @rule(order=some_order, status=st.sampled_from(["processing", "completed", "cancelled"]))
    def move(self, order: int, status: str) -> None:
        number = self._numbered(order)
        self.world, told = self.world.move(number, status)
        assert self.live.move(number, status) == told

    @rule(order=some_order)
    def refund(self, order: int) -> None:
        number = self._numbered(order)
        self.world, told = self.world.refund(number)
        assert self.live.refund(number) == told

    @rule(order=some_order)
    def expire(self, order: int) -> None:
        number = self._numbered(order)
        self.world = self.world.expire(number)
        self.live.expire(number)

    @rule(order=some_order)
    def look_at_payment(self, order: int) -> None:
        self._look_at_payment(self._numbered(order))

    @rule(order=some_order)
    def carry_out_refund(self, order: int) -> None:
        self._carry_out_refund(self._numbered(order))

    @precondition(is_something_told)
    @rule(which=st.integers(0, 20))
    def deliver(self, which: int) -> None:
        """Any of the facts, to any who want it: the oldest or the newest, for the first time or once more."""
        deliveries = self.world.deliveries
        self._deliver(deliveries[which % len(deliveries)])

    @invariant()
    def is_as_the_model_says(self) -> None:
        assert self.live.listen(self.world) == list(self.world.facts)
        assert self.live.look() == (self.world.stock, self.world.orders)

    def teardown(self) -> None:
        """Everything comes to its end: facts arrive, payments are settled, refunds carried out."""
        if sys.exception() is not self.handled:
            return  # the story broke off before
        while not self.world.is_settled:
            outstanding = self.world.outstanding
            for delivery in reversed(outstanding) if self.newest_first else outstanding:
                self._deliver(delivery)
            self.is_as_the_model_says()
            for number, order in enumerate(self.world.orders):
                self._finish(number, order.money)
        self._check_money()
        assert self.live.received() == self.world.delivered

    def _finish(self, number: int, money: Money) -> None:
        if money is Money.IN_DOUBT:
            self._look_at_payment(number)
        if money is Money.OWED:
            self._carry_out_refund(number)
        self.is_as_the_model_says()

    def _check_money(self) -> None:
        """The provider keeps what was paid for orders that stand, and nothing else."""
        kept = self.live.kept()
        for number, order in enumerate(self.world.orders):
            assert kept.get(number, 0) == (order.qty if order.status in PAID else 0)

    def _deliver(self, delivery: Delivery) -> None:
        self.world = self.world.deliver(delivery)
        self.live.deliver(delivery)

    def _look_at_payment(self, number: int) -> None:
        self.world = self.world.look_at_payment(number)
        self.live.look_at_payment(number)

    def _carry_out_refund(self, number: int) -> None:
        self.world = self.world.carry_out_refund(number)
        self.live.carry_out_refund(number)

    def _numbered(self, order: int) -> int:
        return order % len(self.world.orders)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="module")
def live(folder: Path) -> Iterator[LiveShop]:
    with live_shop(folder) as shop:
        Story.live = shop
        yield shop


@contextmanager
def planted(live: LiveShop, layer: Path) -> Iterator[None]:
    """Let catalog's consumer have a bug."""
    overlay = layer / "sitecustomize.py"
    shutil.copy(PLANTING, layer)
    shutil.copy(BUG, overlay)
    restart(live.shop, "CatalogEventsFunction")
    try:
        yield
    finally:
        overlay.unlink()
        restart(live.shop, "CatalogEventsFunction")


def tell_stories(count: int, *phases: Phase, steps: int = STEPS) -> None:
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=count,
            stateful_step_count=steps,
            phases=phases or tuple(Phase),
            deadline=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        ),
    )


def test_a_bug_is_found(live: LiveShop, folder: Path) -> None:
    """Catalog's consumer sells what was given back, where it hears of the payment after the cancelling."""
    with planted(live, folder / "layers" / "shopkit"), pytest.raises(AssertionError) as found:
        tell_stories(100, Phase.generate)
    told = "\n".join(found.value.__notes__)
    assert "state.open(" in told


@pytest.mark.parametrize(
    ("stories", "steps"),
    [
        pytest.param(100, STEPS),
        pytest.param(2000, STEPS_OF_LONG_STORIES, marks=[pytest.mark.slow, pytest.mark.timeout(7200)]),
    ],
)
def test_the_shop_is_as_the_model_says(live: LiveShop, stories: int, steps: int) -> None:
    tell_stories(stories, steps=steps)
