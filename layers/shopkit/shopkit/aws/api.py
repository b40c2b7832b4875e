"""Signed requests to one AWS service's endpoint."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from shopkit import settings
from shopkit.aws.sigv4 import Credentials, sign
from shopkit.http.client import HttpClient
from shopkit.http.connection import HttpAnswer


def _credentials() -> Credentials:
    return Credentials(
        settings.required("AWS_ACCESS_KEY_ID"),
        settings.required("AWS_SECRET_ACCESS_KEY"),
        settings.optional("AWS_SESSION_TOKEN"),
    )


class AwsApi:
    """A service of AWS in the function's own region, or where AWS_ENDPOINT_URL[_<SERVICE>] says.

    `host` is the first label of its address, where that is not the name that requests are signed for.
    """

    def __init__(self, service: str, endpoint_variable: str, *, host: str = "") -> None:
        self._service = service
        self._region = settings.required("AWS_REGION")
        self._http = HttpClient(
            settings.optional(endpoint_variable)
            or settings.optional("AWS_ENDPOINT_URL")
            or f"https://{host or service}.{self._region}.amazonaws.com"
        )

    def close(self) -> None:
        """Close the connections that are kept."""
        self._http.close()

    async def post(
        self,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        query: str = "",
        seconds: float,
        may_repeat: bool = False,
    ) -> HttpAnswer:
        """The answer, whatever its status. Repeats, and raises OSError and TimeoutError, as HttpClient does."""
        signed = sign(
            _credentials(),
            service=self._service,
            region=self._region,
            method="POST",
            path=path,
            query=query,
            headers={"host": self._http.host, **headers},
            body=body,
            now=datetime.now(UTC),
        )
        target = f"{path}?{query}" if query else path
        return await self._http.request("POST", target, signed, body, seconds=seconds, may_repeat=may_repeat)

    async def call(self, operation: str, arguments: Mapping[str, Any], *, version: str, seconds: float) -> HttpAnswer:
        """The answer to an operation of AWS's JSON protocol, `version` 1.0 or 1.1; one that bears to come twice.

        Raises as `post`.
        """
        headers = {"content-type": f"application/x-amz-json-{version}", "x-amz-target": operation}
        return await self.post("/", json.dumps(arguments).encode(), headers, seconds=seconds, may_repeat=True)


@cache
def kept_api(service: str, endpoint_variable: str, *, host: str = "") -> AwsApi:
    """One for the process, so that its connections serve again."""
    return AwsApi(service, endpoint_variable, host=host)


class RefusedByAws(OSError):
    """AWS answered, but did not do what it was asked for."""

    def __init__(self, service: str, answer: HttpAnswer) -> None:
        self.status, self.code = answer.status, error_code(answer)
        super().__init__(f"{service} answered {answer.status} {self.code}")


def error_code(answer: HttpAnswer) -> str:
    """What AWS calls the error of an answer; empty where it does not say."""
    try:
        document = json.loads(answer.body)
    except ValueError:
        return ""
    named = answer.headers.get("x-amzn-errortype") or document.get("__type") or document.get("Code") or ""
    return str(named).rpartition("#")[2].partition(":")[0]
