"""Watches the code of functions and layers, so that a change ends the processes that still run the old one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from localcloud.lambdas import Pool
from localcloud.stack import Function

_SUFFIXES = (".py", ".html", ".css", ".js", ".json")
_POLL_SECONDS = 0.5

Snapshot = frozenset[tuple[str, int]]


async def refresh_on_change(pools: Mapping[str, Pool]) -> None:
    """Refresh the pools whose folders changed, for ever."""
    folders = {folder for pool in pools.values() for folder in _folders(pool.function)}
    before = await asyncio.to_thread(_snapshots, folders)
    while True:
        await asyncio.sleep(_POLL_SECONDS)
        now = await asyncio.to_thread(_snapshots, folders)
        changed = {folder for folder in folders if now[folder] != before[folder]}
        for pool in pools.values():
            if changed.intersection(_folders(pool.function)):
                pool.refresh()
        before = now


def _folders(function: Function) -> tuple[Path, ...]:
    return (function.folder, *function.layers)


def _snapshots(folders: set[Path]) -> dict[Path, Snapshot]:
    return {folder: frozenset(_files(str(folder))) for folder in folders}


def _files(folder: str) -> Iterator[tuple[str, int]]:
    """The source files below a folder with their times of change, in nanoseconds."""
    for parent, subfolders, names in os.walk(folder):
        subfolders[:] = [name for name in subfolders if not name.startswith((".", "__pycache__"))]
        for name in names:
            if name.endswith(_SUFFIXES):
                path = os.path.join(parent, name)  # noqa: PTH118 - half the cost of Path, twice a second
                try:
                    yield path, os.stat(path).st_mtime_ns  # noqa: PTH116
                except FileNotFoundError:
                    continue  # an editor replaces files
