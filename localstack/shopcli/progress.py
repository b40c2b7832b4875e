"""What a command tells while it works: a line for each step, with a spinner on a terminal."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console

console = Console(stderr=True, highlight=False)
"""What is told while working: on standard error, so that results can be piped."""
output = Console(highlight=False)
"""What was asked for."""


@contextmanager
def step(doing: str, done: str) -> Iterator[None]:
    """Show `doing` until the block ends, then `done` with the seconds that it took."""
    started = time.monotonic()
    with console.status(doing):
        yield
    console.print(f"[green]✓[/] {done} [dim]({time.monotonic() - started:.1f} s)[/]")


def fail(message: str) -> NoReturn:
    """End the command with one sentence."""
    console.print(f"[red]✗[/] {message}", soft_wrap=True)
    raise typer.Exit(1)
