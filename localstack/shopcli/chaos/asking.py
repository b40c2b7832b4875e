"""How a shopper's program asks: it repeats what it has no final answer to, as it was told to or after a moment."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

import requests

PATIENCE = 60.0
"""Seconds after which a shopper gives up."""
LONGEST_REQUEST = 35.0
"""Seconds; the gateway answers within 28."""
PAUSE, LONGEST_PAUSE = 0.2, 1.0
"""Seconds between two tries: where the answer does not say, and at most."""


class NoAnswer(Exception):
    """Nothing final came while the shopper was patient."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A final answer, how many tries before it may or may not have had an effect, and for how long it was awaited."""

    status: int
    body: bytes
    tries_in_doubt: int = 0
    seconds: float = 0.0

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content

    @property
    def code(self) -> str:
        """Which problem it tells of; empty for a success."""
        return "" if self.is_success else str(self.content.get("code"))


@dataclass(frozen=True, slots=True)
class Account:
    email: str
    password: str


class Caller:
    """A signed-in program with one connection."""

    def __init__(self, url: str, account: Account) -> None:
        self._url, self._account = url, account
        self._session = requests.Session()

    def another(self) -> "Caller":
        """The same person on another connection."""
        other = Caller(self._url, self._account)
        other._session.headers.update(self._session.headers)
        return other

    def sign_up(self) -> str:
        """Register and sign in; the user's id. Repeated, the address is known already."""
        self.ask("POST", "/auth/register", {"email": self._account.email, "password": self._account.password})
        self.sign_in()
        return str(self.ask("GET", "/auth/me").content["id"])

    def sign_in(self) -> None:
        """Get a token. Raises NoAnswer where the account is refused, too."""
        form = {"username": self._account.email, "password": self._account.password}
        answer = self._repeat("POST /auth/login", partial(self._send, "POST", "/auth/login", data=form), PATIENCE)
        if not answer.is_success:
            raise NoAnswer(f"Signing in was answered {answer.status}.")
        self._session.headers["Authorization"] = f"Bearer {answer.content['access_token']}"

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        patience: float = PATIENCE,
    ) -> Answer:
        """Ask until there is a final answer, signing in again where the token has ended. Raises NoAnswer."""
        headers = {"Idempotency-Key": key} if key else {}
        send = partial(self._send, method, path, json=body, headers=headers)
        answer = self._repeat(f"{method} {path}", send, patience)
        if answer.status != HTTPStatus.UNAUTHORIZED:
            return answer
        self.sign_in()
        return self._repeat(f"{method} {path}", send, patience)

    def _repeat(self, name: str, send: Callable[[], requests.Response | None], patience: float) -> Answer:
        begun, in_doubt, last = time.monotonic(), 0, "no connection"
        while time.monotonic() < begun + patience:
            answer = send()
            if answer is not None and _is_final(answer):
                return Answer(answer.status_code, answer.content, in_doubt, time.monotonic() - begun)
            in_doubt += answer is None or answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
            last = f"{answer.status_code} {answer.text[:200]}" if answer is not None else last
            time.sleep(_pause(answer))
        raise NoAnswer(f"{name}: {last}")

    def _send(self, method: str, path: str, **content: Any) -> requests.Response | None:
        """One try; None where the connection was refused, or ended without an answer."""
        try:
            return self._session.request(
                method, self._url + path, timeout=LONGEST_REQUEST, allow_redirects=False, **content
            )
        except requests.RequestException:
            return None


def _is_final(answer: requests.Response) -> bool:
    """What failed is worth another try, and so is what says when (RFC 9110 §10.2.3)."""
    return answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR and (
        answer.status_code < HTTPStatus.BAD_REQUEST or "Retry-After" not in answer.headers
    )


def _pause(answer: requests.Response | None) -> float:
    told = answer.headers.get("Retry-After", "") if answer is not None else ""
    return min(float(told), LONGEST_PAUSE) if told.isdecimal() else PAUSE
