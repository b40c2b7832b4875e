"""What a command tells while it works: a line for each step, with a spinner on a terminal."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

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


@contextmanager
def counting(total: int, told: str) -> Iterator[Callable[[], None]]:
    """Show how many of all are done until the block ends, each told by a call of what it is given.

    A log, which is no terminal, gets a line for each tenth.
    """
    started = time.monotonic()
    with Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("", total=total)

        def advance() -> None:
            bar.advance(task)
            done = int(bar.tasks[task].completed)
            if not console.is_terminal and done * 10 // total > (done - 1) * 10 // total:
                console.print(f"  {done} of {total} [dim]({time.monotonic() - started:.0f} s)[/]")

        yield advance
    console.print(f"[green]✓[/] {told} [dim]({time.monotonic() - started:.1f} s)[/]")


def fail(message: str) -> NoReturn:
    """End the command with one sentence."""
    console.print(f"[red]✗[/] {message}", soft_wrap=True)
    raise typer.Exit(1)
