"""`./shop events`: how full the queues are, and what functions were given from them."""

import json
import time
from collections.abc import Iterator
from typing import Any

import requests

from shopcli import place
from shopcli.flow import columns
from shopcli.progress import fail, output

SHOWN = 20
PAUSE = 0.5
"""Seconds between looks while following."""


def tell(cloud: place.Cloud, *, follow: bool, as_json: bool) -> None:
    """Print the flow as it is; with `follow`, go on with each delivery until Ctrl-C."""
    now = report(cloud)
    if as_json and not follow:
        print(json.dumps(now, indent=2))
        return
    if not as_json:
        _print_queues(now["queues"])
        print()
        _print_last(now["deliveries"], follow=follow)
    if follow:
        try:
            for delivery in _deliveries(cloud, now):
                print(json.dumps(delivery) if as_json else _line(delivery), flush=True)
        except KeyboardInterrupt:
            return


def report(cloud: place.Cloud) -> dict[str, Any]:
    """The queues and the last deliveries, as the embedded place tells them."""
    try:
        answer: dict[str, Any] = requests.get(f"{cloud.console_url}/events.json", timeout=10).json()
    except requests.RequestException:
        fail("The shop does not answer any more; see ./shop status")
    return answer


def _print_last(deliveries: list[dict[str, Any]], *, follow: bool) -> None:
    for delivery in deliveries[-SHOWN:]:
        print(_line(delivery))
    if not deliveries and not follow:
        output.print("No function was given anything from a queue since the shop was started.")


def _deliveries(cloud: place.Cloud, told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Those that come after what was told, for ever. After a restart of the shop their numbers begin anew."""
    last = max((each["number"] for each in told["deliveries"]), default=0)
    while True:
        time.sleep(PAUSE)
        deliveries = report(cloud)["deliveries"]
        newest = max((each["number"] for each in deliveries), default=0)
        last = 0 if newest < last else last
        yield from (each for each in deliveries if each["number"] > last)
        last = newest


def _print_queues(queues: list[dict[str, Any]]) -> None:
    """A line for each queue, its dead letters beside it; what keeps failed events has no other."""
    waiting = {queue["name"]: queue["waiting"] for queue in queues}
    dead_letters = {queue["dead_letters"] for queue in queues}
    rows = []
    for queue in queues:
        if queue["name"] in dead_letters:
            continue
        alive, dead = queue["waiting"], waiting.get(queue["dead_letters"], 0)
        if queue["keeps_failures"]:
            alive, dead = 0, alive
        rows.append([queue["name"], queue["consumer"] or "", alive, queue["in_flight"], queue["delayed"], dead])
    columns.show(("Queue", "Consumer", "Waiting", "In flight", "Delayed", "Dead"), rows)


def _line(delivery: dict[str, Any]) -> str:
    way = f"{delivery['queue']} → {delivery['function']}"
    attempt = f" (attempt {delivery['attempt']})" if delivery["attempt"] > 1 else ""
    return (
        f"{delivery['time']}  {delivery['type'] or '-':24} {delivery['correlation_id'] or '-':36}  "
        f"{way}  {delivery['outcome']}{attempt}  {delivery['ms']} ms"
    )
