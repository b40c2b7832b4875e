"""A process ends between any two of its side effects, before the first and after the last; all comes to its end.

What happens inside a process between two side effects nobody outside can see: these are all the crashes there are.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TypeVar

import pytest

from chaos.crash_points.functions import Request
from chaos.crash_points.scenarios import FUNCTIONS, PLACING, PUBLISHING, SCENARIOS, Attempt, Scenario
from chaos.crash_points.scene import Customer, Scene, scene
from conftest import free_port
from factories.place import RunningShop, run_command
from shopcli.chaos import checks, settling
from shopcli.chaos.asking import Answer
from shopcli.chaos.evidence import Evidence

pytestmark = pytest.mark.timeout(400)

AT_ONCE, RETURNING_AT_ONCE = 4, 16
FEWEST = 70
"""Crash points: where there are fewer, a door is not watched any more."""
Given = TypeVar("Given")
Result = TypeVar("Result")
Regulars = SimpleQueue[Customer]


@dataclass(frozen=True)
class Case:
    """A process that ended after so many of its side effects; `returned` is what its customer is told in the end."""

    scenario: Scenario
    survived: int
    customer: Customer
    attempt: Attempt
    returned: Future[Answer] | None

    def __str__(self) -> str:
        return f"{self.scenario.name}, crashed after {self.survived}"

    @property
    def order_id(self) -> str | None:
        if self.attempt.order is not None:
            return str(self.attempt.order["order_id"])
        return str(self.returned.result().content["order_id"]) if self.returned else None

    def faults(self, evidence: Evidence) -> Iterator[str]:
        """What is not as it should be in the end."""
        if self.returned is not None:
            answer = self.returned.result()
            if not {answer.status, answer.code} & self.scenario.answers:
                yield f"{self}: the customer was told {answer}"
        states = {order["id"]: order["status"] for order in evidence["orders"]}
        if self.order_id and states.get(self.order_id) != self.scenario.ends:
            yield f"{self}: {self.order_id} is {states.get(self.order_id)}"


class Crashes:
    """Lets functions crash, and their customers come back as soon as they may."""

    def __init__(self, stage: Scene) -> None:
        self._stage = stage
        self._regulars: Regulars = SimpleQueue()
        for _ in range(AT_ONCE):
            self._regulars.put(stage.customer())
        self._returning = ThreadPoolExecutor(RETURNING_AT_ONCE)

    def effects_of(self, scenario: Scenario) -> Sequence[str]:
        """What the function does where nothing crashes."""
        _, attempt = self._prepare(scenario)
        outcome = self._stage.functions[scenario.function].serve(attempt.asked)
        assert outcome.exit_code == 0, (scenario.name, outcome)
        return outcome.effects

    def crash(self, point: tuple[Scenario, int]) -> Case:
        scenario, survived = point
        customer, attempt = self._prepare(scenario)
        asked = attempt.asked
        outcome = self._stage.functions[scenario.function].serve(asked, survived)
        assert outcome.has_crashed, (scenario.name, survived, outcome)
        returned = self._returning.submit(customer.send, asked) if isinstance(asked, Request) else None
        return Case(scenario, survived, customer, attempt, returned)

    def _prepare(self, scenario: Scenario) -> tuple[Customer, Attempt]:
        """A customer whose placing crashes keeps a full cart for a while: he has no other case."""
        if scenario is PLACING:
            customer = self._stage.customer()
            return customer, scenario.prepare(self._stage, customer)
        customer = self._regulars.get()
        try:
            return customer, scenario.prepare(self._stage, customer)
        finally:
            self._regulars.put(customer)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("crash-points")
    state = folder / "state"
    run_command(state, ["up", "--detach", "--no-seed", "--port", str(free_port())])
    try:
        with scene(RunningShop(state), folder, *FUNCTIONS) as made:
            yield made
    finally:
        run_command(state, ["down"])


def at_once(do: Callable[[Given], Result], each: Iterable[Given]) -> list[Result]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(do, each))


def test_every_crash_is_survived(stage: Scene) -> None:
    crashes = Crashes(stage)
    with stage.facts_held():
        effects = dict(zip(SCENARIOS, at_once(crashes.effects_of, SCENARIOS), strict=True))
        points = [(scenario, count) for scenario, names in effects.items() for count in range(len(names) + 1)]
        cases = at_once(crashes.crash, [point for point in points if point[0] is not PUBLISHING])
        # One after the other, for a relay publishes whatever there is.
        cases += [crashes.crash(point) for point in points if point[0] is PUBLISHING]
        wait(case.returned for case in cases if case.returned)
    evidence, seconds = settling.settle(stage.cloud, stage.archive)
    assert checks.violations(evidence) == []
    assert [fault for case in cases for fault in case.faults(evidence)] == []
    placed = Counter(order["user_id"] for order in evidence["orders"])
    assert {placed[case.customer.id] for case in cases if case.scenario is PLACING} == {1}
    assert seconds < settling.SECONDS
    assert len(cases) >= FEWEST
