"""Through the Lambda Invoke API: the callee sees the event that API Gateway would have sent it."""

import base64
import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from shopkit.aws.api import AwsApi
from shopkit.aws.functions import invocation_of
from shopkit.calls import Answer, Call
from shopkit.web.serving import DIRECT

LONGEST_TEXT = 16_384
"""Bytes of a body that may travel as text. JSON can make six bytes of one, so that a long one would not fit Lambda's
payload of 6 MB; base64 makes four of three."""


class FunctionFailed(OSError):
    """Invoke did not bring an answer of the function: it crashed, timed out, was throttled or is not there."""


class InvokeTransport:
    """`function` is a name, with `:alias` where one is meant."""

    def __init__(self, function: str) -> None:
        self._path, self._query = invocation_of(function)
        self._api = AwsApi("lambda", "AWS_ENDPOINT_URL_LAMBDA")

    async def send(self, call: Call, *, seconds: float) -> Answer:
        """The function's answer. Raises OSError."""
        answer = await self._api.post(
            self._path,
            json.dumps(event_of(call)).encode(),
            {"content-type": "application/json"},
            query=self._query,
            seconds=seconds,
        )
        if answer.status != 200 or "x-amz-function-error" in answer.headers:  # noqa: PLR2004
            raise FunctionFailed(f"Invoke answered {answer.status}.")
        return answer_in(json.loads(answer.body))


def event_of(call: Call) -> dict[str, Any]:
    """The call as an event of API Gateway's payload format 2.0, marked as not coming from there."""
    body, in_base64 = _body_of(call)
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": call.path,
        "rawQueryString": call.query,
        "headers": call.headers,
        "requestContext": {
            "accountId": "",
            "apiId": DIRECT,
            "domainName": "",
            "domainPrefix": "",
            "http": {
                "method": call.method,
                "path": call.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "",
                "userAgent": "",
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "time": datetime.now(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(time.time() * 1000),
        },
        "body": body,
        "isBase64Encoded": in_base64,
    }


def _body_of(call: Call) -> tuple[str, bool]:
    if len(call.body) <= LONGEST_TEXT:
        try:
            return call.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(call.body).decode(), True


def answer_in(payload: dict[str, Any]) -> Answer:
    """The HTTP answer that a function returned."""
    body = payload.get("body") or ""
    return Answer(
        status=payload["statusCode"],
        headers=payload.get("headers") or {},
        body=base64.b64decode(body) if payload.get("isBase64Encoded") else body.encode(),
        cookies=payload.get("cookies") or [],
    )
