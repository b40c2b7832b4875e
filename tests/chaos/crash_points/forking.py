"""A function that forks for each of its events: every process is new, and none imports anything.

Started with the variables of a function of the shop and a connected socket; orders and answers are lines of JSON.
"""

import importlib
import json
import os
import pkgutil
import socket
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, NoReturn

from chaos.crash_points.effects import Effects, watch
from shopkit import runtime
from shopkit.auth.internal import HEADER, token_for
from shopkit.auth.principal import Principal, Role, issue
from shopkit.calls import Call
from shopkit.transports.invoke import event_of

Order = dict[str, Any]


@dataclass(frozen=True)
class Invoked:
    """What Lambda tells of an invocation."""

    aws_request_id: str
    seconds: float

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


def main(descriptor: int) -> None:
    """Serve until the other end closes."""
    handler = _warm_handler()
    runtime.loop().close()  # each child makes its own
    with socket.socket(fileno=descriptor) as other, other.makefile("rw") as orders:
        for line in orders:
            orders.write(json.dumps(_in_a_new_process(handler, json.loads(line))) + "\n")
            orders.flush()


def _warm_handler() -> runtime.Handler:
    """The function's entry, with all that its service may import later on."""
    module, _, entry = os.environ["_HANDLER"].rpartition(".")
    handler: runtime.Handler = getattr(importlib.import_module(module), entry)
    service = importlib.import_module(module.partition(".")[0])
    for found in pkgutil.iter_modules(service.__path__, f"{service.__name__}."):
        importlib.import_module(found.name)
    return handler


def _in_a_new_process(handler: runtime.Handler, order: Order) -> Order:
    """What the process told before it ended, and its exit code."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as told:
            _serve(handler, order, told)
    os.close(writing)
    with os.fdopen(reading) as told:
        text = told.read()
    _, status = os.waitpid(pid, 0)
    return {**(json.loads(text) if text else {}), "exit_code": os.waitstatus_to_exitcode(status)}


def _serve(handler: runtime.Handler, order: Order, told: IO[str]) -> NoReturn:
    os.environ.update(order["variables"])
    request = order["request"]
    event = order["event"] if request is None else runtime.run(_event_of(request))
    effects = Effects(order["limit"])
    watch(effects)
    answer = handler(event, Invoked(str(uuid.uuid4()), order["seconds"]))
    told.write(json.dumps({"answer": answer, "effects": effects.names}))
    told.flush()
    os._exit(0)


async def _event_of(request: Mapping[str, Any]) -> runtime.Event:
    """A shopper's request, as the gateway passes it on."""
    token = await issue(Principal(request["user_id"], Role.user, str(uuid.uuid4())))
    headers = {
        "content-type": "application/json",
        "authorization": f"Bearer {token}",
        HEADER: await token_for("gateway", os.environ["POWERTOOLS_SERVICE_NAME"]),
        **({"idempotency-key": request["key"]} if request["key"] else {}),
    }
    return event_of(Call("POST", request["path"], "", headers, json.dumps(request["body"]).encode()))


if __name__ == "__main__":
    main(int(sys.argv[1]))
