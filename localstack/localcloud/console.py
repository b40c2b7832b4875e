"""What goes on in the cloud, as JSON and as a page, for whoever sits at this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from localcloud.lambdas import Pool
from localcloud.launch import variables
from localcloud.state import Events
from localcloud.supervised import Status
from localcloud.wire import Request

_PAGE = Path(__file__).with_name("console.html")
_HTML = b"content-type: text/html; charset=utf-8\r\n"
_OWN_NAMES = frozenset({b"127.0.0.1", b"localhost"})
_EVENTS = 50


class Console:
    """Serves `/` (a page), `/status` and `/environment` (each function's variables)."""

    def __init__(
        self,
        facts: Mapping[str, Any],
        services: Callable[[], Sequence[Status]],
        pools: Mapping[str, Pool],
        events: Events,
    ) -> None:
        self._facts = facts
        self._services = services
        self._pools = pools
        self._events = events

    def serve(self, request: Request) -> None:
        host = request.headers.get(b"host", b"").partition(b":")[0]
        if host not in _OWN_NAMES:  # a page elsewhere may have had its name pointed here
            request.answer_json(403, {"message": "Forbidden"})
        elif request.target == b"/":
            request.answer(200, _PAGE.read_bytes(), _HTML)
        elif request.target == b"/status":
            request.answer_json(200, self.status())
        elif request.target == b"/environment":
            request.answer_json(200, {name: variables(pool.function) for name, pool in self._pools.items()})
        else:
            request.answer_json(404, {"message": "Not Found"})

    def status(self) -> dict[str, Any]:
        return {
            **self._facts,
            "services": [_service(status) for status in self._services()],
            "functions": [_function(pool) for pool in self._pools.values()],
            "events": self._events.recent(_EVENTS),
        }


def _service(status: Status) -> dict[str, Any]:
    return {
        "name": status.name,
        "up": status.is_up,
        "pid": status.pid,
        "restarts": status.restarts,
        "last_exit": status.last_exit,
    }


def _function(pool: Pool) -> dict[str, Any]:
    counters = pool.counters
    return {
        "name": pool.function.name,
        "busy": pool.size - pool.idle,
        "idle": pool.idle,
        "waiting": pool.waiting,
        "pids": pool.pids,
        "invocations": counters.invocations,
        "errors": counters.errors,
        "cold_starts": counters.cold_starts,
        "timeouts": counters.timeouts,
        "crashes": counters.crashes,
        "last_crash": counters.last_crash,
    }
