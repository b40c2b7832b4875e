"""Handlers that do what the tests of the local cloud ask for."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from greeting import GREETING


def echo(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Tell what came in and which process saw it."""
    return {"statusCode": 200, "body": json.dumps({"event": event, "pid": os.getpid(), "greeting": GREETING})}


def variables(_: dict[str, Any], __: object) -> dict[str, str]:
    return dict(os.environ)


def act_directly(event: dict[str, Any], context: Any) -> Any:
    """As `act`, told by the body of a request."""
    return act(json.loads(event["body"]), context)


def act(event: dict[str, Any], context: Any) -> Any:
    """Do what the event says, then answer the process and the time that is left."""
    if "sleep" in event:
        time.sleep(event["sleep"])
    if "wait_for" in event:
        _wait_for(Path(event["wait_for"]))
    if "answer" in event:
        return event["answer"]
    if "raise" in event:
        raise ValueError(event["raise"])
    if "exit" in event:
        sys.stdout.flush()
        os._exit(event["exit"])
    if "kill" in event:
        os.kill(os.getpid(), signal.SIGKILL)
    if "answer_bytes" in event:
        return "x" * event["answer_bytes"]
    if "log" in event:
        sys.stdout.write(f"{event['log']}\n")
    return {
        "pid": os.getpid(),
        "request_id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "remaining_ms": context.get_remaining_time_in_millis(),
        "event": event,
    }


def consume(event: dict[str, Any], _: object) -> Any:
    """Note what came from a queue, or by a schedule; then fail as the messages say."""
    records = event.get("Records", [event])
    with Path(os.environ["SEEN"]).open("a") as seen:
        seen.writelines(f"{json.dumps(record)}\n" for record in records)
    wishes = [(record, json.loads(record["body"]).get("detail", {})) for record in records if "body" in record]
    if any("raise" in wish for _, wish in wishes):
        raise ValueError("as wished")
    if any("kill" in wish for _, wish in wishes):
        os.kill(os.getpid(), signal.SIGKILL)
    for _, wish in wishes:
        if "wait_for" in wish:
            _wait_for(Path(wish["wait_for"]))
        if "answer" in wish:
            return wish["answer"]
    failed = [record["messageId"] for record, wish in wishes if "fail" in wish]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


def _wait_for(file: Path) -> None:
    """Tell that we are here, then wait until the file is there."""
    file.with_name("started").touch()
    while not file.exists():
        time.sleep(0.005)
