"""Looks at the stock all the time: what is left, held and sold must be what there was, and never less than nothing."""

from threading import Event

import psycopg

from shopcli.chaos.evidence import BALANCES

PAUSE = 0.2
"""Seconds between two looks."""


class Sampler:
    """Remembers the number of looks, and what each product's balance was where it was not `initial`."""

    def __init__(self, address: str, initial: dict[str, int]) -> None:
        self._address, self._initial = address, initial
        self._ended = Event()
        self.looks = 0
        self.findings: list[str] = []

    def watch(self) -> None:
        """Look until told to end, whatever happens to the database meanwhile."""
        while not self._ended.is_set():
            try:
                with psycopg.connect(self._address, autocommit=True, connect_timeout=5) as connection:
                    while not self._ended.wait(PAUSE):
                        self._look(connection)
            except psycopg.Error:
                self._ended.wait(PAUSE)

    def end(self) -> None:
        self._ended.set()

    def _look(self, connection: "psycopg.Connection[tuple[str, int, int, int]]") -> None:
        for sku, stock, held, sold in connection.execute(BALANCES):
            if stock < 0 or stock + held + sold != self._initial.get(sku, 0):
                self.findings.append(f"{sku}: {stock} left + {held} held + {sold} sold ≠ {self._initial.get(sku, 0)}")
        self.looks += 1
