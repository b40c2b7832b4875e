"""A function under test: each of its events has a process of its own, which may be told where to crash."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import IO, Any

from chaos.crash_points.effects import CRASHED
from factories.shop_functions import environment_of
from localcloud.stack import Function

FORKING = Path(__file__).with_name("forking.py")
TESTS = FORKING.parents[2]
PATIENCE = 6.0
"""Seconds for which a customer's request is worked on: leases are as long, and no test wants to wait for 20."""


@dataclass(frozen=True)
class Request:
    """What a customer asks of the function, as the gateway passes it on; `public_path` is the gateway's own."""

    user_id: str
    path: str
    public_path: str
    body: Mapping[str, Any]
    key: str = ""


@dataclass(frozen=True)
class Outcome:
    """`answer` is None where the process crashed; `effects` are named in their order."""

    exit_code: int
    answer: dict[str, Any] | None = None
    effects: Sequence[str] = ()

    @property
    def has_crashed(self) -> bool:
        return self.exit_code == CRASHED


@dataclass
class FunctionUnderTest:
    orders: IO[str]
    timeout: float
    lock: Lock = field(default_factory=Lock)

    def serve(self, asked: Request | Mapping[str, Any], limit: int | None = None, **variables: str) -> Outcome:
        """What becomes of a request, or of an event, by a process that ends after so many side effects.

        `variables` are other ones than the shop's.
        """
        is_request = isinstance(asked, Request)
        order = {
            "request": vars(asked) if is_request else None,
            "event": None if is_request else asked,
            "limit": limit,
            "seconds": PATIENCE if is_request else self.timeout,
            "variables": variables,
        }
        with self.lock:
            self.orders.write(json.dumps(order) + "\n")
            self.orders.flush()
            return Outcome(**json.loads(self.orders.readline()))


@contextmanager
def under_test(function: Function, log: Path) -> Iterator[FunctionUnderTest]:
    """The function of a running shop; what it logs goes to a file."""
    environment = environment_of(function)
    ours, theirs = socket.socketpair()
    with ours, theirs, log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, str(FORKING), str(theirs.fileno())],
            env={**environment, "PYTHONPATH": f"{environment['PYTHONPATH']}:{TESTS}"},
            cwd=function.folder,
            pass_fds=[theirs.fileno()],
            stdout=output,
            stderr=output,
        )
        theirs.close()
        with ours.makefile("rw") as orders:
            yield FunctionUnderTest(orders, function.timeout)
        ours.shutdown(socket.SHUT_RDWR)
        process.wait()
