"""How long services were away, as the embedded place noted it."""

import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path


def recoveries(events: Path) -> dict[str, list[float]]:
    """Seconds from each death to being ready again, by service. Functions start on demand, and are not among them."""
    died: dict[str, datetime] = {}
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for line in events.read_text().splitlines():
        event = json.loads(line)
        name, at = event["name"], datetime.fromisoformat(event["time"])
        if event["event"] == "crashed":
            died.setdefault(name, at)
        elif event["event"] == "restarted" and name in died:
            seconds[name].append((at - died.pop(name)).total_seconds())
    return dict(seconds)
