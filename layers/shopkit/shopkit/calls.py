"""A call from one service to another, and what comes back, whatever road it takes."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(slots=True)
class Call:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Answer:
    """What a service answered: header names in lower case, cookies apart."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str] = field(default_factory=list)


class Transport(Protocol):
    """Raises OSError (TimeoutError among them) where the callee gave no answer."""

    async def send(self, call: Call, *, seconds: float) -> Answer: ...
