"""Changes a module as it is imported: how a bug gets into a function that has not a line for it."""

import importlib.abc
import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

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
