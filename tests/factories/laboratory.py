"""A copy of the shop that bugs can be planted in, and what the chaos run's checks find there."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from conftest import free_port
from factories.place import ROOT, RunningShop
from factories.waiting import wait_for
from shopcli.chaos import checks, claims, settling, stocking
from shopcli.chaos.asking import Account, Caller
from shopcli.chaos.diary import Visit
from shopcli.chaos.evidence import PUBLISHERS, Archive
from shopcli.chaos.plan import Checkout, Ending, Product, Repeat
from shopcli.chaos.shopper import Shopper
from shopcli.own_shop import OwnShop
from shopcli.place import Cloud

OVERLAYS = ROOT / "tests" / "chaos" / "overlays"
COPIED = ("functions", "layers", "localstack", "template.yaml")
KEPT = "('alembic_version', 'users', 'sessions', 'refresh_tokens', 'attempts')"
EMPTY = f"""
SELECT format('TRUNCATE %s CASCADE', string_agg(format('%I.%I', schemaname, tablename), ', ')) FROM pg_tables
WHERE schemaname IN ('public', 'emulated_provider') AND tablename NOT IN {KEPT}"""  # noqa: S608 - our own names


@dataclass
class Laboratory:
    """`tree` is the copy; a bug lies in its kit's layer, where each function's Python finds it at its start."""

    tree: Path
    shop: RunningShop
    archive: Archive
    stock: dict[str, int] = field(default_factory=dict)
    products: list[str] = field(default_factory=list)

    @property
    def cloud(self) -> Cloud:
        return Cloud(self.shop.facts)

    @property
    def layer(self) -> Path:
        return self.tree / "layers" / "shopkit"

    @contextmanager
    def planted(self, bug: str, functions: str) -> Iterator[None]:
        """Run the functions whose names begin so with a bug."""
        overlay = self.layer / "sitecustomize.py"
        shutil.copy(OVERLAYS / f"{bug}.py", overlay)
        self.restart(functions)
        try:
            yield
        finally:
            overlay.unlink()
            self.restart(functions)

    def restart(self, functions: str) -> None:
        """End the processes of the functions whose names begin so; the next request starts others."""
        old = self._processes(functions)
        for pid in old:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not old.intersection(self._processes(functions)))

    def begin(self, *stock: int) -> None:
        """Empty every table but the accounts', and stock new products."""
        for service in (*PUBLISHERS, "notifications"):
            with psycopg.connect(self.archive.address(service), autocommit=True) as connection:
                (statement,) = connection.execute(EMPTY.encode()).fetchone() or ("",)
                connection.execute(statement.encode())
        products = [Product(f"LAB-{number}", "10.00", units) for number, units in enumerate(stock)]
        self.stock.clear()
        self.stock.update({product.sku: product.stock for product in products})
        self.products[:] = stocking.stock(self.cloud, products)

    def shopper(self) -> Shopper:
        caller = Caller(self.shop.url, Account(f"{uuid4()}@example.com", stocking.PASSWORD))
        return Shopper(caller, caller.sign_up(), self.products)

    def broken_promises(self, visits: Iterable[Visit], seconds: float = 5) -> set[str]:
        """What does not hold when all is settled, or so many seconds have passed."""
        evidence, _ = settling.settle(self.cloud, self.archive, limit=seconds)
        return {each.promise for each in (*checks.violations(evidence), *claims.violations(visits, evidence))}

    def _processes(self, functions: str) -> set[int]:
        running: list[dict[str, Any]] = self.shop.status["functions"]
        return {pid for each in running if each["name"].startswith(functions) for pid in each["pids"]}


def checkout(
    ending: Ending = Ending.LEFT, repeat: Repeat = Repeat.ONCE, lines: Mapping[int, int] | None = None
) -> Checkout:
    """One of the first product, left unpaid."""
    return Checkout(0, str(uuid4()), lines or {0: 1}, ending, repeat)


@contextmanager
def laboratory(folder: Path) -> Iterator[Laboratory]:
    """A shop from a copy of the tree, without products."""
    tree, state = folder / "tree", folder / "state"
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        copy(source, tree / name)
    shutil.copy(OVERLAYS / "planting.py", tree / "layers" / "shopkit")
    _shop(tree, state, "up", "--detach", "--no-seed", "--port", str(free_port()))
    try:
        stock: dict[str, int] = {}
        shop = RunningShop(state)
        yield Laboratory(tree, shop, Archive(OwnShop(Cloud(shop.facts), state), stock), stock)
    finally:
        _shop(tree, state, "down")


def _shop(tree: Path, state: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "shopcli", *arguments],
        cwd=tree,
        env={**os.environ, "SHOP_STATE": str(state), "PYTHONPATH": str(tree / "localstack")},
        check=True,
        capture_output=True,
    )
