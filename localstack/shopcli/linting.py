"""`./shop lint`: every law has a lint, and here they all are."""

import os
import subprocess
import sys
from pathlib import Path

from shopcli import place
from shopcli.progress import console

BIN = Path(sys.executable).parent
SERVICES = ("auth", "cart", "catalog", "gateway", "notifications", "orders", "payments")
FOLDERS = ("layers/shopkit", *(f"functions/{service}" for service in SERVICES), "localstack")
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(str(place.ROOT / folder) for folder in FOLDERS)}
LINTERS = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy", "layers/shopkit/shopkit", "functions", "localstack", "tests"],
    "imports": ["lint-imports"],
    "templates": ["djlint", "--lint", "--quiet", "functions"],
    "template.yaml": ["cfn-lint", "template.yaml"],
}


def run() -> int:
    """Run them all, tell which failed, and return how many did."""
    failed = [name for name, command in LINTERS.items() if not _passes(name, command)]
    if failed:
        console.print(f"[red]✗[/] {', '.join(failed)}")
    return len(failed)


def _passes(name: str, command: list[str]) -> bool:
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=place.ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    console.print(f"{'[green]✓[/]' if done.returncode == 0 else '[red]✗[/]'} {name}")
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n")
    return done.returncode == 0
