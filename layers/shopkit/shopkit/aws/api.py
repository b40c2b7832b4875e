"""Signed requests to one AWS service's endpoint."""

from collections.abc import Mapping
from datetime import UTC, datetime

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
    """A service of AWS in the function's own region, or where AWS_ENDPOINT_URL[_<SERVICE>] says."""

    def __init__(self, service: str, endpoint_variable: str) -> None:
        self._service = service
        self._region = settings.required("AWS_REGION")
        self._http = HttpClient(
            settings.optional(endpoint_variable)
            or settings.optional("AWS_ENDPOINT_URL")
            or f"https://{service}.{self._region}.amazonaws.com"
        )

    def close(self) -> None:
        """Close the connections that are kept."""
        self._http.close()

    async def post(
        self, path: str, body: bytes, headers: Mapping[str, str], *, query: str = "", seconds: float
    ) -> HttpAnswer:
        """The answer, whatever its status. Raises OSError and TimeoutError as HttpClient does."""
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
        return await self._http.request("POST", target, signed, body, seconds=seconds)
