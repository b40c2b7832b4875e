"""What SQS does not tell its users: how full all queues are, and what is in one, without receiving it.

Served beside AWS's APIs for this machine's programs alone: browsers name the page that they ask for, and are refused.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time
from typing import Any

from moto.sqs.models import Message
from werkzeug.wsgi import get_input_stream

from localcloud.aws_client import QUEUES
from localcloud.bucket_cors import Environ, Wsgi
from localcloud.queues import Queue, Queues, source_of

_TARGET = re.compile(rf"{QUEUES}(?:/(?P<queue>[\w-]+)(?P<redrive>/redrive)?)?")
_STATUSES = {200: "200 OK", 403: "403 Forbidden", 404: "404 Not Found"}


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    value: Any


_NOT_FOUND = _Answer(404, {"message": "There is no such queue."})


class QueueDesk:
    """WSGI middleware: GET all queues or one queue's messages; POST …/redrive sends dead letters back."""

    def __init__(self, app: Wsgi, queues: Queues) -> None:
        self._app = app
        self._queues = queues

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        target = _TARGET.fullmatch(environ["PATH_INFO"])
        if target is None:
            return self._app(environ, start_response)
        answer = self._answer(environ, target)
        content = json.dumps(answer.value).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
        start_response(_STATUSES[answer.status], headers)
        return [content]

    def _answer(self, environ: Environ, target: re.Match[str]) -> _Answer:
        body = get_input_stream(environ).read()
        if "HTTP_ORIGIN" in environ or "HTTP_SEC_FETCH_SITE" in environ:
            return _Answer(403, {"message": "Forbidden"})
        with self._queues.lock:
            if target["queue"] is None:
                return _Answer(200, [_depths(queue) for queue in self._all()])
            if target["queue"] not in self._queues.queues:
                return _NOT_FOUND
            queue = self._queues.standard_queue(target["queue"])
            if not target["redrive"]:
                return _Answer(200, [_described(message) for message in queue.messages])
            if environ["REQUEST_METHOD"] != "POST":
                return _NOT_FOUND
            return _Answer(200, self._redrive(queue, json.loads(body or b"{}").get("id")))

    def _all(self) -> list[Queue]:
        return [self._queues.standard_queue(name) for name in self._queues.queues]

    def _redrive(self, queue: Queue, message_id: str | None) -> dict[str, Any]:
        """As StartMessageMoveTask does: a message goes back as a new one, with a new id and a receive count of zero."""
        moved: dict[str, int] = {}
        kept = 0
        for message in queue.messages:
            if message_id not in {None, message.id}:
                continue
            source = self._source(queue, message)
            if source is None:
                kept += 1
                continue
            queue.remove(message)
            self._queues.send_message(source, message.body, message.message_attributes)
            moved[source] = moved.get(source, 0) + 1
        return {"moved": moved, "kept": kept}

    def _source(self, queue: Queue, message: Message) -> str | None:
        """The queue that a dead letter comes from: as it says, or the only one there is."""
        told = (source_of(message.system_attributes) or "").rpartition(":")[2]
        if told in self._queues.queues:
            return told
        possible = self._queues.list_dead_letter_source_queues(queue.name)
        return possible[0].name if len(possible) == 1 else None


def _depths(queue: Queue) -> dict[str, Any]:
    return {
        "name": queue.name,
        "waiting": queue.approximate_number_of_messages,
        "in_flight": queue.approximate_number_of_messages_not_visible,
        "delayed": queue.approximate_number_of_messages_delayed,
        "dead_letters": queue.dead_letter_queue.name if queue.dead_letter_queue else None,
    }


def _described(message: Message) -> Mapping[str, Any]:
    now = time() * 1000
    state = "in flight" if message.visible_at > now else "delayed" if message.delayed_until > now else "waiting"
    return {
        "id": message.id,
        "state": state,
        "sent_at": datetime.fromtimestamp((message.sent_timestamp or 0) / 1000, UTC).isoformat(timespec="milliseconds"),
        "receive_count": message.approximate_receive_count,
        "source": source_of(message.system_attributes),
        "body": message.body,
    }
