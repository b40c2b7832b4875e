from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud.bucket_cors import BucketCors

UPLOADS = SimpleNamespace(
    allowed_origins=["https://*.example.com"],
    allowed_methods=["POST", "GET"],
    allowed_headers=["content-*"],
    exposed_headers=["ETag"],
    max_age_seconds="3600",
)
READERS = SimpleNamespace(
    allowed_origins=["*"], allowed_methods=["GET"], allowed_headers=None, exposed_headers=None, max_age_seconds=None
)
SHOP = "https://shop.example.com"


def ask(method: str, path: str = "/images/a.png", origin: str = SHOP, **environ: str) -> tuple[str, Mapping[str, str]]:
    """The status and headers that an application's 204 comes back with."""
    told: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_error: object) -> None:
        told.append((status, dict(headers)))

    def app(_environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("204 No Content", [("ETag", "1")])
        return []

    rules = {"images": [UPLOADS, READERS]}
    environment = {"REQUEST_METHOD": method, "PATH_INFO": path, **environ} | ({"HTTP_ORIGIN": origin} if origin else {})
    list(BucketCors(app, lambda bucket: rules.get(bucket, []))(environment, start_response))
    return told[0]


class TestPreflight:
    def test_of_what_is_allowed(self) -> None:
        asked = {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST", "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "Content-Type"}
        status, headers = ask("OPTIONS", **asked)
        assert status == "200 OK"
        assert headers["Access-Control-Allow-Origin"] == SHOP
        assert headers["Access-Control-Allow-Methods"] == "POST, GET"
        assert headers["Access-Control-Allow-Headers"] == "Content-Type"
        assert headers["Access-Control-Max-Age"] == "3600"

    @pytest.mark.parametrize(
        ("origin", "path", "method", "headers"),
        [
            ("https://example.org", "/images/a.png", "POST", ""),
            (SHOP, "/images/a.png", "DELETE", ""),
            (SHOP, "/images/a.png", "POST", "Authorization"),
            (SHOP, "/elsewhere", "GET", ""),
            (SHOP, "/", "POST", "x-amz-target"),
        ],
    )
    def test_of_what_is_not(self, origin: str, path: str, method: str, headers: str) -> None:
        asked = {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": method, "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": headers}
        status, answered = ask("OPTIONS", path, origin, **asked)
        assert status == "403 Forbidden"
        assert "Access-Control-Allow-Origin" not in answered


class TestRequest:
    def test_that_is_allowed(self) -> None:
        status, headers = ask("POST")
        assert status == "204 No Content"
        assert headers["Access-Control-Allow-Origin"] == SHOP
        assert headers["Access-Control-Expose-Headers"] == "ETag"
        assert headers["ETag"] == "1"

    def test_by_the_first_rule_that_matches(self) -> None:
        _, headers = ask("GET", origin="https://example.org")
        assert headers["Access-Control-Allow-Origin"] == "*"

    @pytest.mark.parametrize(("path", "origin"), [("/elsewhere/a", SHOP), ("/images/a.png", "")])
    def test_without_rules_or_origin(self, path: str, origin: str) -> None:
        status, headers = ask("GET", path, origin)
        assert (status, headers) == ("204 No Content", {"ETag": "1"})
