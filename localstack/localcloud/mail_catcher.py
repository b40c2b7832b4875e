"""Keeps each mail that moto's SES accepts: moto drops the text of a mail that has HTML, and forgets all at its end.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

import base64
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.wsgi import get_input_stream

from localcloud.bucket_cors import Environ, Wsgi
from localcloud.mails import Content, Mails, raw, simple

_SEND_EMAIL = "/v2/email/outbound-emails"


class MailCatcher:
    """WSGI middleware; a mail is on disk before its sender hears that it was accepted."""

    def __init__(self, app: Wsgi, mails: Mails) -> None:
        self._app = app
        self._mails = mails

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != _SEND_EMAIL or environ["REQUEST_METHOD"] != "POST":
            return self._app(environ, start_response)
        body = get_input_stream(environ).read()
        environ["wsgi.input"] = io.BytesIO(body)
        answer = b"".join(self._app(environ, start_response))
        message_id = _message_id(answer)
        if message_id is not None:
            self._keep(message_id, json.loads(body))
        return [answer]

    def _keep(self, message_id: str, call: Mapping[str, Any]) -> None:
        destination = call.get("Destination", {})
        to = [address for kind in ("To", "Cc", "Bcc") for address in destination.get(f"{kind}Addresses", ())]
        self._mails.keep(message_id, call.get("FromEmailAddress", ""), to, _content(call["Content"]))


def _content(content: Mapping[str, Any]) -> Content:
    return simple(content["Simple"]) if "Simple" in content else raw(base64.b64decode(content["Raw"]["Data"]))


def _message_id(answer: bytes) -> str | None:
    """The id of the mail in SES's answer; none in a refusal."""
    try:
        message_id: str | None = json.loads(answer).get("MessageId")
    except ValueError:
        return None
    return message_id
