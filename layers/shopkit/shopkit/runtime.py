"""How an app becomes a Lambda handler.

Import this first in a handler module: it keeps the garbage collector out of the imports that follow
(7-11 % of a cold start), until `lambda_handler` has what it needs.
"""

import asyncio
import gc
import json
import logging
import os
from collections.abc import Callable, Coroutine
from functools import cache, wraps
from typing import Any, TypeVar

gc.disable()

Event = dict[str, Any]
Handler = Callable[[Event, Any], dict[str, Any]]
Result = TypeVar("Result")

TEXT = [
    "text/",
    "application/json",
    "application/problem+json",
    "application/javascript",
    "application/xml",
    "application/manifest+json",
    "image/svg+xml",
]
"""Media types that travel as they are; all others in base64."""


def loop() -> asyncio.AbstractEventLoop:
    """The process's one event loop: connections belong to it, so every entry runs on it."""
    global _loop  # noqa: PLW0603
    if _loop is None or _loop.is_closed():
        _loop = asyncio.new_event_loop()
        asyncio.set_event_loop(_loop)
    return _loop


_loop: asyncio.AbstractEventLoop | None = None


def entry(make: Callable[[], Handler]) -> Handler:
    """An entry of a handler module, by the function that makes it and that imports what only this entry needs.

    In the Lambda function whose handler it is, it is made at once, for initialising is part of every cold start
    anyway; elsewhere with its first event. So no function imports what its service's other functions need.
    """

    @cache
    def made() -> Handler:
        handler = make()
        _after_imports()
        return handler

    @wraps(make)
    def handle(event: Event, context: Any) -> dict[str, Any]:
        return made()(event, context)

    if os.environ.get("_HANDLER") == f"{make.__module__}.{make.__name__}":
        made()
    return handle


def lambda_handler(app: Any) -> Handler:
    """A handler of API Gateway's payload v2 events for an ASGI app.

    Mangum's lifespan is off: its "auto" would start and stop the app at every event.
    """
    from mangum import Mangum

    from shopkit.payload import PayloadV2

    loop()
    logging.getLogger("mangum").setLevel(logging.WARNING)  # our own line tells more than its
    adapter = Mangum(app, lifespan="off", text_mime_types=TEXT, custom_handlers=[PayloadV2])

    def handle(event: Event, context: Any) -> dict[str, Any]:
        asyncio.set_event_loop(loop())
        answer: dict[str, Any] = adapter(event, context)
        return answer if "x-request-id" in (answer.get("headers") or {}) else _last_resort(event)

    _after_imports()
    return handle


def run(task: Coroutine[Any, Any, Result]) -> Result:
    """What the coroutine returns, run on the process's loop."""
    return loop().run_until_complete(task)


def task_handler(task: Callable[[], Coroutine[Any, Any, dict[str, Any]]]) -> Handler:
    """A handler of direct invocations that need no input, such as migrations."""

    def handle(event: Event, context: Any) -> dict[str, Any]:  # noqa: ARG001  # Lambda's signature
        return run(task())

    return handle


def _after_imports() -> None:
    gc.freeze()
    gc.enable()


def _last_resort(event: Event) -> dict[str, Any]:
    """What Mangum answers when the app failed before our middleware ran has none of our headers."""
    from shopkit.web.problems import internal_error

    request = event.get("requestContext", {})
    document = internal_error(request.get("http", {}).get("path", ""))
    return {
        "statusCode": 500,
        "headers": {
            "content-type": document.media_type,
            "x-request-id": request.get("requestId", ""),
            "x-content-type-options": "nosniff",
        },
        "body": json.dumps(json.loads(bytes(document.body))),
        "isBase64Encoded": False,
    }
