"""What a template describes, resolved: functions, their routes, and what else has to be there first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ACCOUNT = "123456789012"
LATEST = "$LATEST"


@dataclass(frozen=True)
class Function:
    """A Lambda function whose code lies in a local folder. Times are seconds, memory is megabytes."""

    name: str
    handler: str
    folder: Path
    layers: tuple[Path, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 3
    memory: int = 128
    reserved_concurrency: int | None = None
    runtime: str = "python3.13"
    logging: Mapping[str, str] = field(default_factory=dict)
    aliases: frozenset[str] = frozenset()
    region: str = "us-east-1"

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{self.name}"

    def has_qualifier(self, qualifier: str) -> bool:
        return qualifier in {"", LATEST} or qualifier in self.aliases


@dataclass(frozen=True)
class Route:
    """A route of an HTTP API: a key ("ANY /auth/{proxy+}", "$default") and the function behind it."""

    key: str
    function: str
    timeout: float = 30

    @property
    def method(self) -> str:
        return self.key.partition(" ")[0] if " " in self.key else "ANY"

    @property
    def path(self) -> str:
        return self.key.partition(" ")[2]


@dataclass(frozen=True)
class Resource:
    """A resource that is no function: its type and its resolved properties."""

    type: str
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Stack:
    functions: Mapping[str, Function]
    routes: tuple[Route, ...]
