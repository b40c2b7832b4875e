"""`./shop chaos`: draws the plan, has it carried out, and tells what came of it."""

import json
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from shopcli.bench.stage import machine
from shopcli.chaos.asking import Answer
from shopcli.chaos.plan import Plan
from shopcli.chaos.running import Run, carry_out
from shopcli.own_shop import own_shop
from shopcli.progress import console, fail, output

PLAIN = (
    *("seed", "checkouts", "kills", "seconds", "checkouts_a_second", "settled_after_seconds", "stock_samples"),
    *("longest_wait_seconds", "given_up"),
)
SHOWN = 20
"""So many violations are printed; JSON has them all."""


def run(checkouts: int, kills: int, seed: int | None, *, keep_in: Path | None, as_json: bool) -> int:
    """Do it on a shop of its own; 1 if a promise was broken."""
    if keep_in is not None and keep_in.exists():
        fail(f"{keep_in} is there already; a run begins with a new shop.")
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    console.print(f"  seed {seed}: --seed {seed} draws the same checkouts and kills; their timing is chance.")
    with own_shop("--no-seed", keep_in=keep_in) as shop:
        done = carry_out(Plan.draw(seed, checkouts, kills), shop)
    if as_json:
        print(json.dumps(report(done), indent=2))
    else:
        _print(report(done), done)
    return 1 if done.violations else 0


def report(run: Run) -> dict[str, Any]:
    """The run in figures."""
    return {
        "seed": run.plan.seed,
        "checkouts": len(run.visits),
        "kills": len(run.victims),
        "killed": dict(Counter(victim.name for victim in run.victims).most_common()),
        "recovery_seconds": {name: _spread(seconds) for name, seconds in sorted(run.recoveries.items())},
        "seconds": round(run.busy_seconds, 1),
        "checkouts_a_second": round(len(run.visits) / run.busy_seconds, 2),
        "settled_after_seconds": round(run.settled_after, 1),
        "stock_samples": run.looks,
        "longest_wait_seconds": round(max((answer.seconds for answer in _all_answers(run)), default=0.0), 1),
        "given_up": sum(bool(visit.gave_up) for visit in run.visits),
        "answers": _answers(run),
        "violations": [asdict(violation) for violation in run.violations],
        "machine": machine(),
    }


def _all_answers(run: Run) -> Iterator[Answer]:
    return (answer for visit in run.visits for keyed in visit.keyed for answer in keyed.answers)


def _answers(run: Run) -> dict[str, int]:
    """How often each answer was the first to a key."""
    first = [(keyed.path, keyed.answers[0]) for visit in run.visits for keyed in visit.keyed if keyed.answers]
    named = (f"{path} {answer.status} {answer.code}".rstrip() for path, answer in first)
    return dict(sorted(Counter(named).items()))


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    return {"median": round(median(seconds), 2), "longest": round(max(seconds), 2)}


def _print(told: dict[str, Any], run: Run) -> None:
    table = Table("", "", show_header=False, box=None, pad_edge=False)
    for name in PLAIN:
        table.add_row(name.replace("_", " "), str(told[name]))
    for name in ("killed", "recovery_seconds", "answers"):
        for key, value in told[name].items():
            table.add_row(f"{name.replace('_', ' ')}: {key}", str(value))
    output.print(table)
    for violation in run.violations[:SHOWN]:
        output.print(f"[red]✗[/] {violation.promise}: {violation.subject}: {violation.detail}", soft_wrap=True)
    verdict = f"[red]✗[/] {len(run.violations)} violations" if run.violations else "[green]✓[/] Every promise was kept."
    output.print(verdict)
