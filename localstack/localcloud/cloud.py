"""The local cloud: everything that a template describes, running in and below this process."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from localcloud import wire
from localcloud.aws_client import QUEUES, AwsClient
from localcloud.backing import Backing
from localcloud.console import Console
from localcloud.flow import Flow
from localcloud.front import Front
from localcloud.gateway import HttpApi
from localcloud.invocation import PAYLOAD_LIMIT
from localcloud.invoke_api import InvokeApi
from localcloud.lambdas import Lambdas, Limits
from localcloud.launch import command
from localcloud.logs import keep_small
from localcloud.processes import Child, end_orphans
from localcloud.relay import relay
from localcloud.reload import refresh_on_change
from localcloud.stack import Function, Stack
from localcloud.state import LOOPBACK, State, write_json
from localcloud.template import Template

_LOCALHOST = LOOPBACK[0]


@dataclass(frozen=True)
class Settings:
    """What a local cloud is told when it starts.

    `parameters` are the template's; in their values the names of `Cloud.addresses` may stand in braces.
    `listen_also` is another address at which Postgres and the APIs can be reached, for containers.
    """

    template: Path
    state: Path
    host: str = _LOCALHOST
    port: int = 8000
    listen_also: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    region: str = "eu-central-1"
    reload: bool = False

    @property
    def inner_addresses(self) -> tuple[str, ...]:
        return (_LOCALHOST, self.listen_also) if self.listen_also else (_LOCALHOST,)


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Run a cloud until `stop` is set, and take it down in the opposite order.

    Raises AlreadyRunningError, OSError for a taken port, TemplateError, NoServerProgramError and StartError,
    alone or in a group.
    """
    state = State(settings.state)
    with state.exclusive():
        for name in await end_orphans(state):
            state.events.record("ended", name, reason="a supervisor that was killed had left it")
        async with asyncio.TaskGroup() as tasks, AsyncExitStack() as exits:
            starting = tasks.create_task(Cloud(settings, state, tasks, exits).start())
            await stop.wait()
            starting.cancel()
            await asyncio.wait([starting])


class Cloud:
    """Puts the parts together; `exits` takes them apart again."""

    def __init__(self, settings: Settings, state: State, tasks: asyncio.TaskGroup, exits: AsyncExitStack) -> None:
        self._settings = settings
        self._state = state
        self._tasks = tasks
        self._exits = exits
        self._front = Front([settings.host], settings.port)
        self._backing = Backing(state, settings.inner_addresses, settings.region)
        self._invoke_port = state.ports.choose("invoke", settings.inner_addresses)
        self._console_port = state.ports.choose("console")

    @property
    def addresses(self) -> dict[str, str]:
        """Where everything is, by the names that parameters may use."""
        return {
            "url": f"http://{_name_of(self._settings.host)}:{self._front.port}",
            "invoke_url": f"http://{_LOCALHOST}:{self._invoke_port}",
            "aws_url": f"http://{_LOCALHOST}:{self._backing.aws_port}",
            "console_url": f"http://{_LOCALHOST}:{self._console_port}",
            "cache_url": self._backing.cache.url,
            "postgres_host": _LOCALHOST,
            "postgres_port": str(self._backing.postgres.port),
        }

    async def start(self) -> None:
        """Start all parts; cloud.json appears when they are ready and goes before they do."""
        self._keep_running(keep_small(self._state.logs))
        self._exits.push_async_callback(self._backing.stop)
        stack = await self._backing.provide(self._load_template)
        lambdas = self._start_functions(stack)
        flow = self._start_flow(stack, lambdas)
        await self._open_invoke_api(lambdas, flow)
        facts = self._facts(stack)
        console = Console(facts, self._backing.statuses, lambdas.pools, self._state.events, flow, self._backing.mails)
        await self._listen(console.serve, self._console_port)
        self._front.start(HttpApi(stack.routes, lambdas.pools))
        self._exits.push_async_callback(self._front.stop)
        write_json(self._state.cloud_json, facts)
        self._exits.callback(self._state.cloud_json.unlink, missing_ok=True)

    def _load_template(self) -> Template:
        values = {name: self._filled(value) for name, value in self._settings.parameters.items()}
        return Template(
            self._settings.template, values, self._settings.region, self._state.folder, self.addresses["aws_url"]
        )

    def _filled(self, value: str) -> str:
        for name, address in self.addresses.items():
            value = value.replace(f"{{{name}}}", address)
        return value

    def _start_functions(self, stack: Stack) -> Lambdas:
        lambdas = Lambdas(stack.functions.values(), self._spawn, self._state.events.record, Limits())
        self._exits.push_async_callback(lambdas.stop)
        self._keep_running(lambdas.retire_idle())
        if self._settings.reload:
            self._keep_running(refresh_on_change(lambdas.pools))
        return lambdas

    def _start_flow(self, stack: Stack, lambdas: Lambdas) -> Flow:
        client = AwsClient(self._backing.aws_port, self._settings.region)
        self._exits.callback(client.close)
        flow = Flow(stack, lambdas.pools, client, self._settings.region, self._state.events.record)
        self._exits.push_async_callback(flow.event_invokes.stop)
        for work in flow.works(self._backing.forgotten):
            self._keep_running(work)
        return flow

    async def _spawn(self, function: Function, port: int, instance: str) -> Child:
        return await Child.spawn(self._state, instance, command(function, port, instance), function.name)

    async def _open_invoke_api(self, lambdas: Lambdas, flow: Flow) -> None:
        await self._listen(InvokeApi(lambdas.pools, flow.event_invokes).serve, self._invoke_port)
        if self._settings.listen_also is not None:
            for port in (self._invoke_port, self._backing.aws_port):
                server = await relay(self._settings.listen_also, port)
                self._exits.callback(server.close)

    async def _listen(self, serve: wire.Serve, port: int) -> None:
        server = await wire.listen(serve, PAYLOAD_LIMIT, port=port)
        self._exits.callback(server.close)

    def _keep_running(self, work: Coroutine[Any, Any, None]) -> None:
        self._exits.callback(self._tasks.create_task(work).cancel)

    def _facts(self, stack: Stack) -> dict[str, Any]:
        """What cloud.json tells those who want to talk to this cloud."""
        postgres = {
            "host": _LOCALHOST,
            "port": self._backing.postgres.port,
            "superuser_password_file": str(self._backing.postgres.superuser_password_file),
        }
        return {
            "pid": os.getpid(),
            "started_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            **{name: address for name, address in self.addresses.items() if not name.startswith("postgres")},
            "postgres": postgres,
            "functions": list(stack.functions),
            "queues_url": f"{self.addresses['aws_url']}{QUEUES}",
        }


def _name_of(host: str) -> str:
    """What stands in a URL for an address that we listen on; not every machine's `localhost` knows IPv6."""
    if ":" in host:
        return "[::1]" if ip_address(host).is_unspecified else f"[{host}]"
    return "localhost" if host in {_LOCALHOST, "0.0.0.0"} else host  # noqa: S104 - a name for it, no binding
