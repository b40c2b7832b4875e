"""`./shop reconcile`: what orders, payments, the provider and the stock say of each other, and whether it agrees."""

import json
from typing import Any

import typer
from rich.table import Table

from shopcli import place
from shopcli.invoking import invoke
from shopcli.progress import output

FUNCTIONS = ("PaymentsRelayFunction", "OrdersRelayFunction")
SECONDS = 60


def reconcile(cloud: place.Cloud, *, as_json: bool) -> None:
    """Repair what is certain and list the rest. Exits with 1 if something is left."""
    reports = [invoke(cloud, function, {"command": "reconcile"}, SECONDS) for function in FUNCTIONS]
    repaired, found = ([each for report in reports for each in report[kind]] for kind in ("repaired", "found"))
    if as_json:
        print(json.dumps({"repaired": repaired, "found": found}, indent=2))
    else:
        _print("Repaired", repaired, "green")
        _print("For you to look at", found, "red")
    if not repaired and not found and not as_json:
        output.print("[green]✓[/] Orders, payments and stock agree.")
    raise typer.Exit(1 if found else 0)


def _print(title: str, findings: list[dict[str, Any]], colour: str) -> None:
    if not findings:
        return
    table = Table(f"[{colour}]{title}[/]", "What", "Detail", box=None, pad_edge=False)
    for each in findings:
        detail = each["detail"] if isinstance(each["detail"], str) else json.dumps(each["detail"])
        table.add_row(each["kind"], str(each["subject"]), detail)
    output.print(table)
