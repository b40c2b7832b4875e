"""A run's plan comes from its seed, and has what it is to have; checkouts and kills keep step."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from shopcli.chaos.asking import Answer
from shopcli.chaos.diary import AFTERSHOCK, Bounds, CartLog, Sighting
from shopcli.chaos.pace import Pace
from shopcli.chaos.plan import LATEST, SOONEST, Ending, Plan, Repeat

ADDED = Answer(200, b"{}")


class TestPlan:
    def test_a_seed_draws_the_same_again(self) -> None:
        assert Plan.draw(7, 50, 10) == Plan.draw(7, 50, 10)
        assert Plan.draw(7, 50, 10) != replace(Plan.draw(8, 50, 10), seed=7)

    def test_shares(self) -> None:
        plan = Plan.draw(1, 100, 20)
        endings = Counter(checkout.ending for checkout in plan.checkouts)
        assert endings[Ending.DECLINED] + endings[Ending.DECLINED_THEN_PAID] == 10
        assert endings[Ending.TIMED_OUT] == endings[Ending.LEFT] == 10
        assert sum(checkout.repeat is not Repeat.ONCE for checkout in plan.checkouts) == 30
        assert Counter(kill.target for kill in plan.kills) == {"function": 11, "cache": 3, "aws": 3, "postgres": 3}

    def test_keys_are_used_once(self) -> None:
        keys = [checkout.key for checkout in Plan.draw(1, 1000, 0).checkouts]
        assert len(set(keys)) == 1000
        assert all(16 <= len(key) <= 200 for key in keys)

    def test_kills_have_their_distance(self) -> None:
        assert all(SOONEST <= kill.pause <= LATEST for kill in Plan.draw(1, 1, 200).kills)

    def test_something_is_scarce(self) -> None:
        plan = Plan.draw(1, 400, 0)
        wanted: Counter[int] = Counter()
        for checkout in plan.checkouts:
            wanted.update(checkout.lines)
        assert [index for index, product in enumerate(plan.products) if wanted[index] > product.stock] == [0, 1]


class TestPace:
    def test_neither_runs_away(self) -> None:
        pace, order = Pace(checkouts=10, kills=5), []

        def buy() -> None:
            for number in range(10):
                pace.before_checkout(number)
                order.append("checkout")

        with ThreadPoolExecutor(1) as buying:
            done = buying.submit(buy)
            for number in range(5):
                assert pace.before_kill(number)
                order.append("kill")
                pace.killed()
            done.result(timeout=10)
        for position, what in enumerate(order):
            checkouts, kills = order[:position].count("checkout"), order[:position].count("kill")
            assert checkouts < (kills + 2) * 2 if what == "checkout" else kills * 2 <= checkouts

    def test_without_kills_nobody_waits(self) -> None:
        pace = Pace(checkouts=3, kills=0)
        for number in range(3):
            pace.before_checkout(number)

    def test_its_end_lets_everybody_go(self) -> None:
        pace = Pace(checkouts=1, kills=1)
        pace.end()
        assert not pace.before_kill(0)


class TestCartLog:
    def test_what_was_acknowledged_must_be_there(self) -> None:
        log = CartLog()
        log.added("a", 2, ADDED)
        assert log.bounds == {"a": Bounds(2, 2)}
        assert not Sighting.of("cart", log.bounds, [{"product_id": "a", "qty": 2}]).surprises
        assert Sighting.of("cart", log.bounds, []).surprises == ["0 of a, not 2 to 2"]
        assert Sighting.of("cart", {}, [{"product_id": "b", "qty": 1}]).surprises == ["1 of b, not 0 to 0"]

    def test_what_broke_off_may_be_there(self) -> None:
        log = CartLog()
        log.added("a", 2, replace(ADDED, tries_in_doubt=1))
        assert log.bounds == {"a": Bounds(2, 4)}

    def test_what_was_refused_is_not_there(self) -> None:
        log = CartLog()
        log.added("a", 2, Answer(409, b"{}"))
        assert log.bounds == {}

    def test_emptied(self) -> None:
        times = iter([0.0, 1.0, 2.0 + AFTERSHOCK])
        log = CartLog(lambda: next(times))
        log.added("a", 2, replace(ADDED, tries_in_doubt=1))
        log.emptied()
        assert log.bounds == {"a": Bounds(0, 2)}
        log.emptied()
        assert log.bounds == {}

    def test_removed(self) -> None:
        log = CartLog()
        log.added("a", 2, ADDED)
        log.removed("a")
        assert log.bounds == {}
