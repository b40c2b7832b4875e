"""Keeps checkouts and kills in step: neither is over while much is left of the other."""

from threading import Condition


class Pace:
    """Kill k waits until its share of the checkouts has begun; no checkout is more than two kills ahead."""

    def __init__(self, checkouts: int, kills: int) -> None:
        self._checkouts, self._kills = checkouts, kills
        self._begun = self._killed = 0
        self._is_over = False
        self._changed = Condition()

    def before_checkout(self, number: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or number * self._kills < (self._killed + 2) * self._checkouts)
            self._begun += 1
            self._changed.notify_all()

    def before_kill(self, number: int) -> bool:
        """False where there are to be no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or number * self._checkouts <= self._begun * self._kills)
            return not self._is_over

    def killed(self) -> None:
        with self._changed:
            self._killed += 1
            self._changed.notify_all()

    def end(self) -> None:
        """Nobody waits any longer."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
