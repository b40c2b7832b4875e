"""Log files that children write themselves, kept small by the supervisor."""

import asyncio
import os
import shutil
from pathlib import Path

LIMIT = 5_000_000  # bytes; as much again stays in NAME.log.1
_SECONDS_BETWEEN_LOOKS = 30


def open_log(file: Path) -> int:
    """A descriptor that only ever appends, so that a rotation below it loses no place."""
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def rotate(file: Path) -> None:
    """Copy a log that grew beyond LIMIT to NAME.log.1 and empty it: its writers keep their descriptor."""
    if file.stat().st_size > LIMIT:
        shutil.copy(file, file.with_name(f"{file.name}.1"))  # its mode too
        os.truncate(file, 0)


def rotate_all(folder: Path) -> None:
    for file in folder.glob("*.log"):
        rotate(file)


async def keep_small(folder: Path) -> None:
    """Rotate the logs of a folder for ever."""
    while True:
        rotate_all(folder)
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)


def tail(file: Path, lines: int = 5) -> str:
    """The last lines of a log, for an error message."""
    return "\n".join(file.read_text(errors="replace").splitlines()[-lines:]) if file.exists() else ""
