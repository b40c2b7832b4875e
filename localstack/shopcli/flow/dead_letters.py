"""`./shop dlq`: the messages that no function could be brought to take, and their way back."""

import json
from typing import Any

import requests
import typer

from shopcli import place
from shopcli.flow import columns, events
from shopcli.progress import fail, output

SECONDS = 10


def list_queues(cloud: place.Cloud, *, as_json: bool) -> None:
    """Print the queues that keep what failed, and how much is in each."""
    everything = events.report(cloud)["queues"]
    queues = [queue for queue in everything if queue["keeps_failures"]]
    if as_json:
        print(json.dumps(queues, indent=2))
        return
    sources = {queue["dead_letters"]: queue["name"] for queue in everything}
    rows = [
        (
            queue["name"],
            queue["waiting"] + queue["in_flight"],
            sources.get(queue["name"], "functions invoked as events"),
        )
        for queue in queues
    ]
    columns.show(("Queue", "Messages", "Of"), rows)


def show(cloud: place.Cloud, queue: str, *, as_json: bool) -> None:
    """Print a queue's messages."""
    messages = _ask(cloud, "GET", f"/{queue}")
    if as_json:
        print(json.dumps(messages, indent=2))
        return
    if not messages:
        output.print(f"{queue} is empty.")
    for message in messages:
        origin = f", from {message['source'].rpartition(':')[2]}" if message["source"] else ""
        output.print(
            f"[bold]{message['id']}[/] [dim]{message['state']}, sent {message['sent_at']}, "
            f"received {message['receive_count']} times{origin}[/]",
            soft_wrap=True,
        )
        print(f"  {message['body']}")


def redrive(cloud: place.Cloud, queue: str, message_id: str | None) -> None:
    """Send a queue's messages, or one of them, back to where they come from. Exits with 1 if some have to stay."""
    report = _ask(cloud, "POST", f"/{queue}/redrive", {"id": message_id} if message_id else {})
    for source, count in report["moved"].items():
        output.print(f"[green]✓[/] {count} back to {source}")
    if report["kept"]:
        fail(f"{report['kept']} came from no queue and stay: ./shop dlq show {queue} tells what failed.")
    if not report["moved"]:
        output.print(f"{queue} has no message {message_id}." if message_id else f"{queue} is empty.")
        raise typer.Exit(1 if message_id else 0)


def _ask(cloud: place.Cloud, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    try:
        answer = requests.request(method, f"{cloud.queues_url}{path}", json=body, timeout=SECONDS)
    except requests.RequestException:
        fail("AWS's emulator does not answer; is it being started again? See ./shop status")
    if answer.status_code == requests.codes.not_found:
        known = ", ".join(queue["name"] for queue in _ask(cloud, "GET", ""))
        fail(f"There is no queue {path.split('/')[1]!r}. There are: {known}")
    return answer.json()
