"""The samples of "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway", and what real events show."""

import base64
import json
from typing import Any

import pytest

from localcloud import payload
from localcloud.payload import HttpRequest, HttpResponse, MalformedResultError

NOW = 1_583_348_638.39  # 04/Mar/2020:19:03:58 +0000


def event_of(
    method: str = "GET",
    path: str = "/my/path",
    query: str = "",
    headers: list[tuple[str, str]] | None = None,
    body: bytes = b"",
    parameters: dict[str, str] | None = None,
    domain: str = "id.example.com",
) -> dict[str, Any]:
    request = HttpRequest(
        method=method,
        domain=domain,
        raw_path=path.encode(),
        query=query.encode(),
        headers=[(name.encode(), value.encode()) for name, value in headers or [("host", "id.example.com")]],
        body=body,
        source_ip="192.0.2.1",
        port=8000,
    )
    result: dict[str, Any] = json.loads(payload.event(request, "$default", parameters or {}, "id", NOW))
    return result


def response_of(result: Any) -> HttpResponse:
    return payload.response(json.dumps(result).encode())


class TestEvent:
    def test_sample_of_the_documentation(self) -> None:
        headers = [
            ("host", "id.execute-api.us-east-1.amazonaws.com"),
            ("header1", "value1"),
            ("header2", "value1"),
            ("header2", "value2"),
            ("cookie", "cookie1=a; cookie2=b"),
            ("user-agent", "agent"),
            ("content-type", "text/plain"),
        ]
        query = "parameter1=value1&parameter1=value2&parameter2=value"
        domain, parameters = "id.execute-api.us-east-1.amazonaws.com", {"p": "v"}
        event = event_of("POST", "/my/path", query, headers, b"Hello from Lambda", parameters, domain)
        assert event == {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/my/path",
            "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
            "cookies": ["cookie1=a", "cookie2=b"],
            "headers": {
                "host": "id.execute-api.us-east-1.amazonaws.com",
                "header1": "value1",
                "header2": "value1,value2",
                "user-agent": "agent",
                "content-type": "text/plain",
                "x-forwarded-for": "192.0.2.1",
                "x-forwarded-port": "8000",
                "x-forwarded-proto": "http",
            },
            "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "local",
                "domainName": "id.execute-api.us-east-1.amazonaws.com",
                "domainPrefix": "id",
                "http": {
                    "method": "POST",
                    "path": "/my/path",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1",
                    "userAgent": "agent",
                },
                "requestId": "id",
                "routeKey": "$default",
                "stage": "$default",
                "time": "04/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1583348638390,
            },
            "body": "Hello from Lambda",
            "pathParameters": {"p": "v"},
            "isBase64Encoded": False,
        }

    def test_what_is_empty_is_left_out(self) -> None:
        event = event_of()
        assert not {"cookies", "queryStringParameters", "pathParameters", "body"} & event.keys()
        assert event["rawQueryString"] == ""
        assert event["isBase64Encoded"] is False

    def test_path_is_decoded_and_query_string_is_not(self) -> None:
        event = event_of(path="/caf%C3%A9%20au%20lait", query="q=caf%C3%A9+au%20lait&empty=")
        assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/café au lait"
        assert event["rawQueryString"] == "q=caf%C3%A9+au%20lait&empty="
        assert event["queryStringParameters"] == {"q": "café au lait", "empty": ""}

    def test_cookies_of_several_headers(self) -> None:
        event = event_of(headers=[("cookie", "a=1; b=2"), ("cookie", "c=3")])
        assert event["cookies"] == ["a=1", "b=2", "c=3"]
        assert "cookie" not in event["headers"]

    def test_address_is_added_to_those_forwarded_before(self) -> None:
        event = event_of(headers=[("x-forwarded-for", "198.51.100.7"), ("x-forwarded-proto", "gopher")])
        assert event["headers"]["x-forwarded-for"] == "198.51.100.7, 192.0.2.1"
        assert event["headers"]["x-forwarded-proto"] == "http"

    @pytest.mark.parametrize(
        "content_type",
        ["text/html", "TEXT/CSV; charset=utf-8", "application/json", "application/xml", "application/javascript"],
    )
    def test_text(self, content_type: str) -> None:
        event = event_of("POST", headers=[("content-type", content_type)], body="grün".encode())
        assert (event["body"], event["isBase64Encoded"]) == ("grün", False)

    @pytest.mark.parametrize(
        "content_type",
        [None, "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "application/octet-stream"],
    )
    def test_everything_else_is_binary(self, content_type: str | None) -> None:
        event = event_of("POST", headers=[("content-type", content_type)] if content_type else [], body=b"a=1")
        assert event["isBase64Encoded"] is True
        assert base64.b64decode(event["body"]) == b"a=1"

    def test_text_that_is_none(self) -> None:
        event = event_of("POST", headers=[("content-type", "text/plain")], body=b"\xff\xfe")
        assert event["isBase64Encoded"] is True
        assert base64.b64decode(event["body"]) == b"\xff\xfe"


class TestResponse:
    @pytest.mark.parametrize(
        ("result", "body"),
        [
            ("Hello from Lambda!", b"Hello from Lambda!"),
            ({"message": "Hello from Lambda!"}, b'{"message":"Hello from Lambda!"}'),
            ([1, 2], b"[1,2]"),
            (None, b"null"),
        ],
    )
    def test_without_a_status_code(self, result: Any, body: bytes) -> None:
        assert response_of(result) == HttpResponse(200, [(b"content-type", b"application/json")], body)

    def test_sample_of_the_documentation(self) -> None:
        response = response_of(
            {
                "cookies": ["cookie1=a", "cookie2=b"],
                "isBase64Encoded": False,
                "statusCode": 201,
                "headers": {"Content-Type": "text/html", "my-custom-header": "Custom Value"},
                "body": "Hello from Lambda!",
            }
        )
        assert response == HttpResponse(
            201,
            [
                (b"content-type", b"text/html"),
                (b"my-custom-header", b"Custom Value"),
                (b"set-cookie", b"cookie1=a"),
                (b"set-cookie", b"cookie2=b"),
            ],
            b"Hello from Lambda!",
        )

    def test_least_there_is(self) -> None:
        assert response_of({"statusCode": 204}) == HttpResponse(
            204, [(b"content-type", b"text/plain;charset=UTF-8")], b""
        )

    def test_binary_body(self) -> None:
        body = base64.b64encode(b"\x89PNG").decode()
        assert response_of({"statusCode": 200, "body": body, "isBase64Encoded": True}).body == b"\x89PNG"

    def test_values_that_are_no_strings(self) -> None:
        response = response_of({"statusCode": "200", "headers": {"content-type": "a/b", "x-count": 3, "x-on": True}})
        assert response.status == 200
        assert response.headers[1:] == [(b"x-count", b"3"), (b"x-on", b"true")]

    def test_connection_is_not_the_functions_affair(self) -> None:
        headers = {"Content-Length": "1", "Transfer-Encoding": "chunked", "Connection": "close", "content-type": "a/b"}
        assert response_of({"statusCode": 200, "headers": headers}).headers == [(b"content-type", b"a/b")]

    @pytest.mark.parametrize(
        "result",
        [
            {"statusCode": "soon"},
            {"statusCode": None},
            {"statusCode": 42},
            {"statusCode": 200, "body": {"not": "text"}},
            {"statusCode": 200, "body": "%", "isBase64Encoded": True},
            {"statusCode": 200, "headers": ["x"]},
            {"statusCode": 200, "headers": {"x": "a\r\nset-cookie: b"}},
            {"statusCode": 200, "cookies": 7},
        ],
    )
    def test_malformed(self, result: Any) -> None:
        with pytest.raises(MalformedResultError):
            response_of(result)

    def test_no_json(self) -> None:
        with pytest.raises(MalformedResultError):
            payload.response(b"<html>")
