"""Changes a module as it is imported: how a bug gets into a function that has not a line for it."""

import asyncio
import importlib.abc
import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

Change = Callable[[Any], None]


class Planter(importlib.abc.MetaPathFinder):
    """Finds one module as others do, and changes it once it has run."""

    def __init__(self, name: str, change: Change) -> None:
        self._name, self._change = name, change

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            return None
        run = spec.loader.exec_module

        def run_and_change(module: ModuleType) -> None:
            run(module)
            self._change(module)

        spec.loader.exec_module = run_and_change  # type: ignore[method-assign]
        return spec


def when_imported(name: str) -> Callable[[Change], Change]:
    """Decorates what changes the module of that name."""

    def register(change: Change) -> Change:
        sys.meta_path.insert(0, Planter(name, change))
        return change

    return register


async def meet(place: str, *, seconds: float = 10) -> None:
    """Wait until somebody else has come to the same place, in whatever process: what then happens, happens to both."""
    folder = Path(__file__).with_name(place)
    folder.mkdir(exist_ok=True)
    (folder / str(uuid4())).touch()
    until = time.monotonic() + seconds
    while len(list(folder.iterdir())) == 1 and time.monotonic() < until:  # noqa: ASYNC110 - other processes
        await asyncio.sleep(0.01)
