"""`./shop status`: the embedded place's own account of itself, for people."""

import json
from typing import Any

import requests
from rich.table import Table

from shopcli import place, up
from shopcli.progress import output

COLUMNS = {
    "Function": "name",
    "Busy": "busy",
    "Idle": "idle",
    "Invoked": "invocations",
    "Errors": "errors",
    "Cold": "cold_starts",
    "Timeouts": "timeouts",
    "Crashes": "crashes",
}
"""Short, so that the longest name of a function fits into 80 columns."""


def tell(cloud: place.Cloud, *, as_json: bool) -> None:
    """Print what runs and what happened."""
    report: dict[str, Any] = requests.get(f"{cloud.console_url}/status", timeout=10).json()
    if as_json:
        print(json.dumps(report, indent=2))
        return
    up.banner(cloud, output)
    output.print(_services(report["services"]))
    output.print(_functions(report["functions"]))
    output.print(_queues(report["queues"], report["mails"]))
    output.print("What happened lately:")
    for event in report["events"][-15:]:
        output.print(f"  {_sentence(event)}", soft_wrap=True)


def _services(services: list[dict[str, Any]]) -> Table:
    table = Table("Service", "State", "Process", "Restarts", "Last end", box=None, pad_edge=False)
    for each in services:
        state = "[green]up[/]" if each["up"] else "[red]down[/]"
        table.add_row(each["name"], state, _text(each["pid"]), _text(each["restarts"]), _text(each["last_exit"]))
    return table


def _functions(functions: list[dict[str, Any]]) -> Table:
    table = Table(*COLUMNS, box=None, pad_edge=False, padding=(0, 1))
    for each in functions:
        table.add_row(*(_text(each[name]) for name in COLUMNS.values()))
    return table


def _queues(queues: list[dict[str, Any]], mails: int) -> str:
    waiting, dead = (
        sum(
            queue["waiting"] + queue["in_flight"] + queue["delayed"]
            for queue in queues
            if queue["keeps_failures"] is kept
        )
        for kept in (False, True)
    )
    told = f"[red]{dead} dead[/] (./shop dlq list)" if dead else "0 dead"
    return f"Queues: {waiting} waiting, {told}. Mails: {mails}."


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _sentence(event: dict[str, Any]) -> str:
    facts = " ".join(f"{name}={value}" for name, value in event.items() if name not in {"time", "event", "name"})
    return f"[dim]{event['time']}[/] {event['name']} {event['event']} [dim]{facts}[/]"
