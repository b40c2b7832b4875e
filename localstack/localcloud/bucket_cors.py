"""A bucket's CORS rules, answered as S3 does: moto knows no preflight of an object and no answer to a posted form.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_VARY = ("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")


class Rule(Protocol):
    """One rule, as moto keeps it."""

    allowed_origins: Sequence[str]
    allowed_methods: Sequence[str]
    allowed_headers: Sequence[str] | None
    exposed_headers: Sequence[str] | None
    max_age_seconds: str | None


class BucketCors:
    """WSGI middleware; `rules_of` gives a bucket's rules by its name, none for what is no bucket."""

    def __init__(self, app: Wsgi, rules_of: Callable[[str], Sequence[Rule]]) -> None:
        self._app = app
        self._rules_of = rules_of

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        origin = environ.pop("HTTP_ORIGIN", "")  # what moto does not see it does not answer
        if not origin:
            return self._app(environ, start_response)
        is_preflight = environ["REQUEST_METHOD"] == "OPTIONS"
        method = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD", "") if is_preflight else environ["REQUEST_METHOD"]
        asked_headers = _split(environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", ""))
        rules = self._rules_of(environ["PATH_INFO"].split("/")[1])
        rule = next((rule for rule in rules if _allows(rule, origin, method, asked_headers)), None)
        allowed = _answer(rule, origin, asked_headers) if rule else []
        if is_preflight:
            start_response("200 OK" if rule else "403 Forbidden", [*allowed, ("Content-Length", "0")])
            return []

        def start(status: str, headers: Headers, *error: Any) -> Any:
            return start_response(status, headers + allowed, *error)

        return self._app(environ, start)


def _allows(rule: Rule, origin: str, method: str, headers: Sequence[str]) -> bool:
    return (
        _matches(origin, rule.allowed_origins)
        and method in rule.allowed_methods
        and all(_matches(header, rule.allowed_headers or ()) for header in headers)
    )


def _matches(value: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns, in which * stands for anything, matches in any case."""
    return any(re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), value, re.IGNORECASE) for pattern in patterns)


def _answer(rule: Rule, origin: str, asked_headers: Sequence[str]) -> Headers:
    told = {
        "Access-Control-Allow-Origin": "*" if "*" in rule.allowed_origins else origin,
        "Access-Control-Allow-Methods": ", ".join(rule.allowed_methods),
        "Access-Control-Allow-Headers": ", ".join(asked_headers),
        "Access-Control-Expose-Headers": ", ".join(rule.exposed_headers or ()),
        "Access-Control-Max-Age": rule.max_age_seconds or "",
    }
    return [(name, value) for name, value in told.items() if value] + [_VARY]


def _split(header: str) -> list[str]:
    return [part.strip() for part in header.split(",") if part.strip()]
