"""Who kills processes while shoppers buy: kill -9, and for Postgres its immediate shutdown, which is a crash to it."""

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests

from shopcli import place
from shopcli.chaos.pace import Pace
from shopcli.chaos.plan import Kill

MIGRATE = "MigrateFunction"
STATUS_SECONDS = 10
LOOK_AGAIN = 0.05


@dataclass(frozen=True, slots=True)
class Victim:
    """What was killed; `at` in seconds since the first checkout could begin."""

    at: float
    name: str
    pid: int


class Nemesis:
    """Carries out the planned kills, one after the other, evenly spread over the checkouts."""

    def __init__(self, cloud: place.Cloud, kills: Sequence[Kill], pace: Pace) -> None:
        self._cloud, self._kills, self._pace = cloud, kills, pace
        self.victims: list[Victim] = []

    def rage(self) -> None:
        """Kill until the plan is carried out, or the pace is ended; then nobody waits for another kill."""
        begun = time.monotonic()
        try:
            for number, kill in enumerate(self._kills):
                if not self._pace.before_kill(number):
                    return
                time.sleep(kill.pause)
                name, pid = self._strike(kill)
                self.victims.append(Victim(round(time.monotonic() - begun, 2), name, pid))
                self._pace.killed()
        finally:
            self._pace.end()

    def _strike(self, kill: Kill) -> tuple[str, int]:
        """Kill what the plan says as soon as there is such a process; its name and pid."""
        while True:
            alive = self._alive(kill.target)
            if alive:
                name, pids = alive[int(kill.pick * len(alive))]
                pid = pids[int(kill.pick * len(alive) * len(pids)) % len(pids)]
                if _end(pid, signal.SIGQUIT if name == "postgres" else signal.SIGKILL):
                    return name, pid
            time.sleep(LOOK_AGAIN)

    def _alive(self, target: str) -> list[tuple[str, list[int]]]:
        """What a target may mean, and its processes: the functions that run, or the service of that name."""
        status: dict[str, Any] = requests.get(f"{self._cloud.console_url}/status", timeout=STATUS_SECONDS).json()
        if target == "function":
            functions = [(each["name"], each["pids"]) for each in status["functions"]]
            return [(name, pids) for name, pids in functions if pids and MIGRATE not in name]
        return [(each["name"], [each["pid"]]) for each in status["services"] if each["name"] == target and each["up"]]


def _end(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
