"""What goes on in the cloud, as JSON and as a page, for whoever sits at this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from localcloud import mail_pages
from localcloud.flow import Flow
from localcloud.lambdas import Pool
from localcloud.launch import variables
from localcloud.mails import Mails
from localcloud.state import Events
from localcloud.supervised import Status
from localcloud.wire import Request

_PAGE = Path(__file__).with_name("console.html")
_HTML = b"content-type: text/html; charset=utf-8\r\n"
_OWN_NAMES = frozenset({b"127.0.0.1", b"localhost"})
_MAIL = _HTML + f"content-security-policy: {mail_pages.POLICY}\r\n".encode()
_EVENTS, _LISTED_MAILS = 50, 200


class Console:
    """Serves `/` (a page), `/status`, `/environment` (each function's variables), `/events.json` and the mails."""

    def __init__(
        self,
        facts: Mapping[str, Any],
        services: Callable[[], Sequence[Status]],
        pools: Mapping[str, Pool],
        events: Events,
        flow: Flow,
        mails: Mails,
    ) -> None:
        self._facts = facts
        self._services = services
        self._pools = pools
        self._events = events
        self._flow = flow
        self._mails = mails
        self._answering: set[asyncio.Task[None]] = set()

    def serve(self, request: Request) -> None:
        host = request.headers.get(b"host", b"").partition(b":")[0]
        if host not in _OWN_NAMES:  # a page elsewhere may have had its name pointed here
            request.answer_json(403, {"message": "Forbidden"})
        elif request.target in {b"/status", b"/events.json"}:
            task = asyncio.create_task(self._answer_with_queues(request))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        elif request.target.startswith(b"/mails"):
            self._serve_mails(request, request.target.decode("latin-1"))
        elif request.target == b"/":
            request.answer(200, _PAGE.read_bytes(), _HTML)
        elif request.target == b"/environment":
            request.answer_json(200, {name: variables(pool.function) for name, pool in self._pools.items()})
        else:
            _refuse(request)

    async def _answer_with_queues(self, request: Request) -> None:
        queues = await self._flow.queues()
        if request.target == b"/status":
            request.answer_json(200, self._status(queues))
        else:
            request.answer_json(200, {"queues": queues, "deliveries": self._flow.journal.recent()})

    def _serve_mails(self, request: Request, target: str) -> None:
        if target == "/mails.json":
            request.answer_json(200, [asdict(mail) for mail in self._mails.latest(_LISTED_MAILS)])
        elif target == "/mails":
            request.answer(200, mail_pages.listing(self._mails.latest(_LISTED_MAILS)), _MAIL)
        elif mail := self._mails.find(target.removeprefix("/mails/")):
            request.answer(200, mail_pages.page(mail), _MAIL)
        else:
            _refuse(request)

    def _status(self, queues: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        return {
            **self._facts,
            "services": [_service(status) for status in self._services()],
            "functions": [_function(pool) for pool in self._pools.values()],
            "queues": queues,
            "mails": self._mails.count(),
            "events": self._events.recent(_EVENTS),
        }


def _refuse(request: Request) -> None:
    request.answer_json(404, {"message": "Not Found"})


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
