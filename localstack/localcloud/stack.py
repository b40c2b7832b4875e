"""What a template describes, resolved: functions, their routes, and what else has to be there first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ACCOUNT = "123456789012"
LATEST = "$LATEST"

SECRET, BUCKET = "AWS::SecretsManager::Secret", "AWS::S3::Bucket"
QUEUE, BUS, RULE, SENDER = "AWS::SQS::Queue", "AWS::Events::EventBus", "AWS::Events::Rule", "AWS::SES::EmailIdentity"
KEPT_TYPES = (SECRET, BUCKET)
PROVIDED_TYPES = (*KEPT_TYPES, QUEUE, BUS, RULE, SENDER)
"""What is made in moto; of these, what it keeps."""


@dataclass(frozen=True)
class Asynchronous:
    """What becomes of an event that was accepted; `on_failure` is a queue. Ages are seconds."""

    retries: int = 2
    oldest: float = 21_600
    on_failure: str | None = None


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
    asynchronous: Asynchronous = Asynchronous()
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
class EventSource:
    """A queue whose messages a function is given in batches."""

    queue: str
    function: str
    batch_size: int = 10
    concurrency: int | None = None
    reports_failures: bool = False


@dataclass(frozen=True)
class Schedule:
    """A rule that invokes a function every `period` seconds, with an event of its own if it has one."""

    name: str
    function: str
    period: float
    event: str | None = None


@dataclass(frozen=True)
class Stack:
    functions: Mapping[str, Function]
    routes: tuple[Route, ...]
    sources: tuple[EventSource, ...] = ()
    schedules: tuple[Schedule, ...] = ()
