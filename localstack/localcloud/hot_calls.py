"""The calls of SQS and EventBridge that make up a flow of events, answered without moto's parsing of AWS's models.

moto takes 3 ms for what costs 0.1 ms here. Whatever is refused here is passed on, so that moto words the refusal.
"""

import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.events.models import EventsBackend
from moto.sqs.models import Message
from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import get_input_stream

from localcloud.bucket_cors import Environ, Wsgi
from localcloud.queues import SOURCE, Queues, source_of

_MOST_MESSAGES = 10
_LONGEST_WAIT = 20  # seconds
_LONGEST_VISIBILITY = 43_200
_REGION = re.compile(r"Credential=[^/]*/\d{8}/(?P<region>[\w-]+)/")


HOT_CALLS = (
    "AmazonSQS.SendMessage",
    "AmazonSQS.SendMessageBatch",
    "AmazonSQS.ReceiveMessage",
    "AmazonSQS.DeleteMessage",
    "AmazonSQS.DeleteMessageBatch",
    "AWSEvents.PutEvents",
)


class Passed(Exception):
    """A call that moto shall answer."""


class HotCalls:
    """WSGI middleware for one region's queues and buses."""

    def __init__(self, app: Wsgi, queues: Queues, events: EventsBackend) -> None:
        self._app = app
        self._queues = queues
        self._events = events
        answers = (self._send, self._send_batch, self._receive, self._delete, self._delete_batch, self._put_events)
        self._calls: dict[str, Callable[[Mapping[str, Any]], Any]] = dict(zip(HOT_CALLS, answers, strict=True))

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        call = self._calls.get(environ.get("HTTP_X_AMZ_TARGET", ""))
        if call is None or not self._is_ours(environ):
            return self._app(environ, start_response)
        body = get_input_stream(environ).read()
        try:
            answer = call(json.loads(body))
        except (ServiceException, HTTPException, Passed, ValueError, KeyError, TypeError):
            environ["wsgi.input"] = io.BytesIO(body)
            return self._app(environ, start_response)
        content = json.dumps(answer).encode()
        headers = [("Content-Type", "application/x-amz-json-1.0"), ("Content-Length", str(len(content)))]
        start_response("200 OK", headers)
        return [content]

    def _is_ours(self, environ: Environ) -> bool:
        scope = _REGION.search(environ.get("HTTP_AUTHORIZATION", ""))
        return scope is not None and scope["region"] == self._queues.region_name

    def _send(self, call: Mapping[str, Any]) -> dict[str, str]:
        if "MessageAttributes" in call or "MessageSystemAttributes" in call:
            raise Passed
        return _sent(
            self._queues.send_message(_queue(call), call["MessageBody"], delay_seconds=call.get("DelaySeconds"))
        )

    def _send_batch(self, call: Mapping[str, Any]) -> dict[str, Any]:
        if any("MessageAttributes" in entry for entry in call["Entries"]) or not call["Entries"]:
            raise Passed
        plain: dict[str, Any] = {"MessageAttributes": {}, "DelaySeconds": None}
        entries = {str(number): plain | entry for number, entry in enumerate(call["Entries"])}
        sent, failed = self._queues.send_message_batch(_queue(call), entries)
        return {"Successful": [{"Id": message.user_id} | _sent(message) for message in sent], "Failed": failed}  # type: ignore[attr-defined]

    def _receive(self, call: Mapping[str, Any]) -> dict[str, Any]:
        queue = self._queues.standard_queue(_queue(call))
        count = call.get("MaxNumberOfMessages", 1)
        seconds = int(call.get("WaitTimeSeconds", queue.receive_message_wait_time_seconds))  # type: ignore[attr-defined]
        visibility = int(call.get("VisibilityTimeout", queue.visibility_timeout))  # type: ignore[attr-defined]
        is_allowed = 1 <= count <= _MOST_MESSAGES and 0 <= seconds <= _LONGEST_WAIT
        if not is_allowed or not 0 <= visibility <= _LONGEST_VISIBILITY:
            raise Passed
        names = {*call.get("AttributeNames", ()), *call.get("MessageSystemAttributeNames", ())}
        wanted = call.get("MessageAttributeNames", [])
        messages = self._queues.receive_message(queue.name, count, seconds, visibility, wanted)
        return {"Messages": [_received(message, names) for message in messages]} if messages else {}

    def _delete(self, call: Mapping[str, Any]) -> dict[str, Any]:
        self._queues.delete_message(_queue(call), call["ReceiptHandle"])
        return {}

    def _delete_batch(self, call: Mapping[str, Any]) -> dict[str, Any]:
        handles = {entry["ReceiptHandle"] for entry in call["Entries"]}
        if not handles or len(handles) != len(call["Entries"]):
            raise Passed
        deleted, failed = self._queues.delete_message_batch(_queue(call), call["Entries"])
        return {"Successful": [{"Id": name} for name in deleted], "Failed": failed}

    def _put_events(self, call: Mapping[str, Any]) -> dict[str, Any]:
        entries = self._events.put_events(call["Entries"])
        return {"Entries": entries, "FailedEntryCount": sum("ErrorCode" in entry for entry in entries)}


def _queue(call: Mapping[str, Any]) -> str:
    url: str = call["QueueUrl"]
    return url.rpartition("/")[2]


def _sent(message: Message) -> dict[str, str]:
    return {"MessageId": message.id, "MD5OfMessageBody": message.body_md5}


def _received(message: Message, names: set[str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt_handle,
        "MD5OfBody": message.body_md5,
        "Body": message.body,
    }
    if message.message_attributes:
        told |= {"MessageAttributes": message.message_attributes, "MD5OfMessageAttributes": message.attribute_md5}
    attributes = {name: value for name, value in _attributes(message).items() if names & {name, "All"}}
    return told | ({"Attributes": attributes} if attributes else {})


def _attributes(message: Message) -> dict[str, str]:
    trace = message.system_attributes.get("AWSTraceHeader", {}).get("StringValue")
    known = {
        "SenderId": message.sender_id,
        "SentTimestamp": str(message.sent_timestamp),
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        "AWSTraceHeader": trace,
        SOURCE: source_of(message.system_attributes),
    }
    return {name: value for name, value in known.items() if value is not None}
