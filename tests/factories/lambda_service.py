"""A Lambda service of the local cloud's sample functions, for tests."""

import json
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from localcloud.invocation import Outcome
from localcloud.lambdas import Lambdas, Limits, Pool
from localcloud.launch import OWN_CLIENT, command
from localcloud.processes import Child
from localcloud.stack import Function
from localcloud.state import State

SAMPLE = Path(__file__).parent.parent / "localcloud" / "sample"
FUNCTIONS, LAYER = SAMPLE / "functions" / "echo", SAMPLE / "layers" / "greeting"


@dataclass
class LambdaService:
    """Pools of the sample's handlers, and what they recorded."""

    state: State
    exits: AsyncExitStack
    events: list[dict[str, Any]] = field(default_factory=list)
    uses_own_client: bool = False

    def lambdas(self, *functions: Function, **limits: Any) -> Lambdas:
        lambdas = Lambdas(functions, self._spawn, self.record, Limits(**limits))
        self.exits.push_async_callback(lambdas.stop)
        return lambdas

    def pool(self, handler: str = "act", *, timeout: float = 5, reserved: int | None = None, **limits: Any) -> Pool:
        function = sample_function(handler, timeout=timeout, reserved=reserved)
        return self.lambdas(function, **limits).pools[function.name]

    def log(self, name: str = "act") -> str:
        file = self.state.log(name)
        return file.read_text() if file.exists() else ""

    async def _spawn(self, function: Function, port: int, instance: str) -> Child:
        start = command(function, port, instance)
        if self.uses_own_client:
            start = replace(start, argv=(sys.executable, *OWN_CLIENT, function.handler))
        return await Child.spawn(self.state, instance, start, function.name)

    def record(self, kind: str, name: str, **facts: Any) -> None:
        self.events.append({"event": kind, "name": name, **facts})


def sample_function(handler: str, *, timeout: float = 5, reserved: int | None = None) -> Function:
    """A function called like its handler in the sample's app.py; with a dot, of another module."""
    return Function(
        name=handler.rpartition(".")[2],
        handler=handler if "." in handler else f"app.{handler}",
        folder=FUNCTIONS,
        layers=(LAYER,),
        timeout=timeout,
        reserved_concurrency=reserved,
        aliases=frozenset({"live"}),
    )


async def call(pool: Pool, **event: Any) -> Outcome:
    return await pool.submit(json.dumps(event).encode()).outcome


async def result(pool: Pool, **event: Any) -> Any:
    """What the function answered; it must not have failed."""
    outcome = await call(pool, **event)
    assert not outcome.is_error, outcome.payload
    return json.loads(outcome.payload)
