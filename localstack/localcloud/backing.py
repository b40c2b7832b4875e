"""The services that functions build on: Postgres, the cache and AWS's APIs, started side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from localcloud.aws import Aws
from localcloud.cache import Cache
from localcloud.mails import Mails
from localcloud.postgres import Postgres
from localcloud.republishing import Forgotten
from localcloud.stack import PROVIDED_TYPES, Stack
from localcloud.state import State
from localcloud.supervised import Status
from localcloud.template import Template


class Backing:
    """One of each service. Postgres listens on all `addresses`, whose ports are kept free for AWS too.

    Attributes: the `mails` that SES took, and what the APIs have `forgotten` by being started again.
    """

    def __init__(self, state: State, addresses: Sequence[str], region: str) -> None:
        choose = state.ports.choose
        self.postgres = Postgres(state.folder, choose("postgres", addresses), addresses)
        self.cache = Cache(state.folder, choose("cache"))
        self.aws_port = choose("aws", addresses)
        folder = state.subfolder("aws")
        self.mails = Mails(folder)
        self.forgotten = Forgotten(folder / "forgotten.json")
        self._state = state
        self._region = region
        self._aws: Aws | None = None

    async def provide(self, load_template: Callable[[], Template]) -> Stack:
        """Start all services with what the template declares; answers its functions, ready to run.

        Raises TemplateError, NoServerProgramError and StartError, in a group.
        """
        async with asyncio.TaskGroup() as starting:
            starting.create_task(self.postgres.start())
            starting.create_task(self.cache.start())
            providing = starting.create_task(self._provide_aws(load_template))
        await self._make_databases()
        return providing.result()

    async def stop(self) -> None:
        stops = [self.postgres.stop(), self.cache.stop()]
        if self._aws is not None:
            stops.append(self._aws.stop())
        await asyncio.gather(*stops)

    def statuses(self) -> list[Status]:
        services = (self.postgres, self.cache, self._aws)
        return [service.status for service in services if service is not None]

    async def _provide_aws(self, load_template: Callable[[], Template]) -> Stack:
        template = await asyncio.to_thread(load_template)
        declared = template.declared(PROVIDED_TYPES)
        self._aws = Aws(self._state.folder, self.aws_port, declared, self._region, self.forgotten.note_start)
        return template.stack(await self._aws.start())

    async def _make_databases(self) -> None:
        """A database with its role for each secret that speaks of one in our Postgres."""
        for database in self._aws.databases() if self._aws else []:
            if database.port == self.postgres.port:
                await self.postgres.ensure_database(database.name, database.role, database.password)
