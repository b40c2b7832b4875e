"""How a benchmark tells its figures."""

import json
from dataclasses import dataclass
from statistics import median
from typing import Any

from rich.table import Table

from shopcli.bench.stage import machine
from shopcli.progress import console


@dataclass(frozen=True)
class Series:
    """What was seen of one thing, a figure a round."""

    name: str
    figures: list[float]

    @property
    def median(self) -> float:
        return median(self.figures)

    def ratio_to(self, baseline: "Series") -> float:
        """The median of the rounds' own ratios: both sides of a ratio saw the same moment's load."""
        return median(ours / theirs for ours, theirs in zip(self.figures, baseline.figures, strict=True))


def tell(title: str, unit: str, baseline: Series, others: list[Series], *, as_json: bool) -> None:
    """Print the median, least and most of each series, and its ratio to the baseline."""
    rows: list[dict[str, Any]] = [
        {
            "name": each.name,
            "median": round(each.median, 1),
            "min": round(min(each.figures), 1),
            "max": round(max(each.figures), 1),
            "ratio": round(each.ratio_to(baseline), 3),
        }
        for each in (baseline, *others)
    ]
    if as_json:
        rounds = len(baseline.figures)
        print(
            json.dumps({"title": title, "unit": unit, "rounds": rounds, "machine": machine(), "rows": rows}, indent=2)
        )
        return
    table = Table("", f"median {unit}", "min", "max", "ratio", title=title, title_justify="left", box=None)
    for row in rows:
        table.add_row(row["name"], *(str(row[key]) for key in ("median", "min", "max", "ratio")))
    console.print(table)
    console.print("  " + ", ".join(f"{key} {value}" for key, value in machine().items()), style="dim")
