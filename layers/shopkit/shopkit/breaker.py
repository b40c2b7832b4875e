"""A circuit breaker (Nygard, 'Release It!'): stop asking who has failed several times in a row."""

import time
from collections.abc import Callable


class Breaker:
    """Opens after `threshold` failures in a row, for `rest` seconds; then the next failure opens it again."""

    def __init__(self, *, threshold: int = 5, rest: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._threshold, self._rest, self._clock = threshold, rest, clock
        self._failures, self._opened_at = 0, 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= self._threshold and self._clock() - self._opened_at < self._rest

    def failed(self) -> None:
        self._failures += 1
        self._opened_at = self._clock()

    def succeeded(self) -> None:
        self._failures = 0
