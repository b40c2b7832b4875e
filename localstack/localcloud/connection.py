"""A client's connection to the HTTP API: uvicorn's, with bounds to what may arrive on it."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from localcloud.gateway import refusal

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html: bytes of the request line and the
# headers together. AWS counts only the headers' values; so what passes here passes there.
HEAD_LIMIT = 10_240
ARRIVAL_SECONDS = 30.0


class HeadTooLargeError(Exception):
    """The address and the headers of a request exceed HEAD_LIMIT."""


class Connection(HttpToolsProtocol):
    """Refuses a request whose head is too large, and one that has not arrived in its time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        super().connection_made(transport)
        self._is_arriving = False
        self._open_head: int | None = None  # bytes of a head whose end has not come
        self._overdue: asyncio.TimerHandle | None = None
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._open_head is not None:
            self._open_head += len(data)
        super().data_received(data)
        if self._open_head is not None and self._open_head > HEAD_LIMIT:
            self._refuse(self._large_head_status())
        if self._is_arriving and self._overdue is None:
            self._start_timer()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words for what it cannot read
        self._refuse(HTTPStatus.BAD_REQUEST)

    # What httptools calls.

    def on_message_begin(self) -> None:
        self._is_arriving = True
        self._open_head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._open_head = None
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > HEAD_LIMIT:
            self._refuse(self._large_head_status())
            raise HeadTooLargeError  # ends the parsing
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_arriving = False
        self._stop_timer()
        super().on_message_complete()

    def _large_head_status(self) -> HTTPStatus:
        is_address_alone = len(self.url) > HEAD_LIMIT
        return HTTPStatus.REQUEST_URI_TOO_LONG if is_address_alone else HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer in the place of the app, and close the connection."""
        if self.transport.is_closing():
            return
        response = refusal(status)
        headers = [*response.headers, (b"content-length", b"%d" % len(response.body)), (b"connection", b"close")]
        lines = [b"%b: %b\r\n" % header for header in headers]
        self.transport.write(b"".join([STATUS_LINE[status], *lines, b"\r\n", response.body]))
        self.transport.close()

    def _start_timer(self) -> None:
        self._overdue = self.loop.call_later(ARRIVAL_SECONDS, self._time_out)

    def _stop_timer(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None

    def _time_out(self) -> None:
        is_answered = self._open_head is None and self.cycle is not None and self.cycle.response_started
        if self._is_arriving and not is_answered:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()
