"""A connection to moto: werkzeug's handler of requests, which closes each connection after one, made to keep them."""

import traceback
from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.wsgi import get_input_stream

from localcloud.bucket_cors import Environ, Headers, Wsgi

_WITHOUT_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}


class Handler(MotoRequestHandler):
    """Reads a request to its end before it is answered, so that the next one is found; answers leave whole.

    Logs requests without their query, which may be signed, and leaves out those that `is_quiet` names by their
    X-Amz-Target and path.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    is_quiet: Callable[[str, str], bool]

    def run_wsgi(self) -> None:
        environ = self.environ = self.make_environ()
        environ["wsgi.input"] = BytesIO(get_input_stream(environ).read())
        try:
            self._answer(*_answer_of(self.server.app, environ))
        except ConnectionError:
            raise
        except Exception:  # noqa: BLE001 - whatever goes wrong in moto, its caller gets an answer
            self.server.log("error", "%s", traceback.format_exc())
            self._answer("500 Internal Server Error", [], b"")

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        is_fine = int(code) == HTTPStatus.OK
        path = self.path.partition("?")[0]
        if not is_fine or not type(self).is_quiet(self.headers.get("X-Amz-Target", ""), path):
            self.log("info", "%s %s %s %s", self.command, path, int(code), size)

    def _answer(self, status: str, headers: Headers, body: bytes) -> None:
        code = int(status.split(maxsplit=1)[0])
        self.send_response(code, status.partition(" ")[2])
        for name, value in headers:
            self.send_header(name, value)
        if code not in _WITHOUT_BODY and not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self._headers_buffer.extend((b"\r\n", b"" if self.command == "HEAD" else body))
        self.flush_headers()


def _answer_of(app: Wsgi, environ: Environ) -> tuple[str, Headers, bytes]:
    told: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, *_: Any) -> Callable[[bytes], object]:
        told.append((status, headers))
        return lambda _: None

    answer = app(environ, start_response)
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    status, headers = told[-1]
    return status, headers, body
