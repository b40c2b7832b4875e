"""API Gateway events, and the answers to them, as a test wants to write them."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


@dataclass(frozen=True)
class LambdaContext:
    """What Lambda tells a function of an invocation."""

    aws_request_id: str = "11111111-2222-3333-4444-555555555555"
    function_name: str = "TestedFunction"
    milliseconds: int = 20_000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


def http_event(
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | str = "",
    headers: Mapping[str, str] | None = None,
    cookies: Mapping[str, str] | None = None,
    body: bytes = b"",
    api_id: str = "testapi",
) -> dict[str, Any]:
    """An event in payload format 2.0, as API Gateway sends it."""
    raw_query = query if isinstance(query, str) else urlencode(query, doseq=True)
    all_headers = {"host": "shop.test", "content-length": str(len(body)), **(headers or {})}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": raw_query,
        "cookies": [f"{name}={value}" for name, value in (cookies or {}).items()],
        "headers": {name.lower(): value for name, value in all_headers.items()},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": api_id,
            "domainName": "shop.test",
            "domainPrefix": "shop",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "tests",
            },
            "requestId": "edge-request-id",
            "routeKey": "$default",
            "stage": "$default",
            "time": "23/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1795435200000,
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


class Http:
    """Sends events to a function's `http` handler, as API Gateway would."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def __call__(  # noqa: PLR0913
        self,
        method: str,
        path: str,
        *,
        json_body: Any = None,
        form: Mapping[str, str] | None = None,
        body: bytes = b"",
        query: Mapping[str, Any] | str = "",
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        token: str | None = None,
        api_id: str = "testapi",
    ) -> Reply:
        sent = dict(headers or {})
        if json_body is not None:
            body, sent["content-type"] = json.dumps(json_body).encode(), "application/json"
        if form is not None:
            body, sent["content-type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        event = http_event(method, path, query=query, headers=sent, cookies=cookies, body=body, api_id=api_id)
        answer = self._handler(event, LambdaContext())
        raw = answer.get("body") or ""
        return Reply(
            answer["statusCode"],
            answer.get("headers") or {},
            answer.get("cookies") or [],
            base64.b64decode(raw) if answer.get("isBase64Encoded") else raw.encode(),
        )
