"""`./shop doctor`: whether this machine has what the shop needs, and what to do where it has not."""

import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from localcloud.state import is_free
from shopcli import place
from shopcli.progress import console

GIGABYTE = 1024**3


@dataclass(frozen=True)
class Finding:
    """`required` findings that are not `well` keep the shop from running."""

    well: bool
    told: str
    required: bool = True


def examine() -> int:
    """Tell every finding; 1 if the shop cannot run here."""
    findings = [check() for check in CHECKS]
    for finding in findings:
        mark = "[green]✓[/]" if finding.well else "[red]✗[/]" if finding.required else "[yellow]-[/]"
        console.print(f"{mark} {finding.told}", soft_wrap=True)
    return int(any(not finding.well and finding.required for finding in findings))


def _python() -> Finding:
    version = platform.python_version()
    return Finding(sys.version_info >= (3, 11), f"Python {version} (functions deploy to 3.13; 3.11 to 3.13 are tested)")


def _postgres() -> Finding:
    from localcloud.programs import NoServerProgramError, postgres_programs

    try:
        return Finding(True, f"Postgres: {postgres_programs()}")
    except NoServerProgramError as error:
        return Finding(False, str(error))


def _cache() -> Finding:
    from localcloud.programs import NoServerProgramError, cache_program

    try:
        return Finding(True, f"Valkey: {cache_program()}")
    except NoServerProgramError as error:
        return Finding(False, str(error))


def _disk() -> Finding:
    free = shutil.disk_usage(place.ROOT).free / GIGABYTE
    return Finding(free > 1, f"{free:.1f} GB free on disk (1 GB is enough)")


def _port() -> Finding:
    if cloud := place.running():
        return Finding(True, f"The shop runs at {cloud.url}")
    free = is_free(8000)
    return Finding(free, "Port 8000 is free" if free else "Port 8000 is taken: ./shop up --port 8001", required=False)


def _docker() -> Finding:
    found = shutil.which("docker") is not None
    return Finding(
        found, "Docker is here (sam local, LocalStack)" if found else "No Docker: only sam local needs it", False
    )


def _chromium() -> Finding:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    told = f"Chromium: {found}" if found else "No Chromium: the browser tests are skipped (apt install chromium)"
    return Finding(found is not None, told, required=False)


CHECKS: tuple[Callable[[], Finding], ...] = (_python, _postgres, _cache, _disk, _port, _docker, _chromium)
