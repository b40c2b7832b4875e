"""Failures as pages: what the kit answers as a problem document becomes HTML for whoever prefers that.

It stands outside of everything else, so that whatever refuses a request (routing, a handler, the kit's own checks)
is told the same way.
"""

import json
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopkit.web.problems import MEDIA_TYPE

API = ("/api/", "/static/")
"""Paths whose failures stay problem documents whatever the client accepts."""


def prefers_html(accept: str) -> bool:
    """Whether an Accept header ranks HTML above JSON (RFC 9110 §12.5.1); `*/*` alone ranks nothing."""
    html, json_ = _quality(accept, "text/html"), _quality(accept, "application/json")
    return html > 0 and html >= json_


def _quality(accept: str, wanted: str) -> float:
    """The weight of exactly this media type; 0 where it is not listed."""
    for each in accept.lower().split(","):
        media_type, *parameters = (part.strip() for part in each.split(";"))
        if media_type == wanted:
            weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
            return float(weight) if weight.replace(".", "", 1).isdecimal() else 0.0
    return 0.0


class ErrorPages:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = scope["type"] == "http" and not scope["path"].startswith(API)
        if not (wanted and prefers_html(Headers(scope=scope).get("accept", ""))):
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, receive, send)
        await self._app(scope, receive, answer.pass_on)


class _Answer:
    """Passes an answer on, unless it is a problem document: that is kept, and sent as a page."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._problem: Message | None = None
        self._body = b""

    async def pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_problem(message):
            self._problem = message
        elif self._problem is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_page(self._problem)

    async def _send_page(self, start: Message) -> None:
        from gateway.web.rendering import error_page

        problem: dict[str, Any] = json.loads(self._body)
        page = await error_page(Request(self._scope), problem)
        kept = MutableHeaders(raw=start["headers"])
        for name in ("content-type", "content-length"):
            del kept[name]
        page.raw_headers.extend(kept.raw)
        await page(self._scope, self._receive, self._send)


def _is_problem(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith(MEDIA_TYPE)
