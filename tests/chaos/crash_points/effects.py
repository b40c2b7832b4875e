"""The side effects of one event: whatever leaves the process, seen at the two doors that lead out of it.

All requests to AWS, those to other services among them, go through AwsApi.post. Everything else is Postgres: a commit,
or a statement that commits itself. (The emulated provider's ledger is such statements.)
"""

import os
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import psycopg

from shopkit.aws.api import AwsApi

CRASHED = 77
"""The exit code of a process that ended where it was told to."""
WRITES = re.compile(r"(INSERT INTO|(?<!FOR )UPDATE|DELETE FROM)\s+([\w.]+)")
READS_SECRETS = "secretsmanager."

Result = TypeVar("Result")


@dataclass
class Effects:
    """Counts them; where as many as `limit` have happened, the process does not outlive the next moment."""

    limit: int | None
    names: list[str] = field(default_factory=list)
    done: int = 0

    async def pass_by(self, name: str, do: Callable[[], Awaitable[Result]]) -> Result:
        """Let one happen, if the process lives so long."""
        self._crash_if_due()
        self.names.append(name)
        result = await do()
        self.done += 1
        self._crash_if_due()
        return result

    def _crash_if_due(self) -> None:
        if self.done == self.limit:
            os._exit(CRASHED)


def watch(effects: Effects) -> None:
    """Let all side effects of this process pass by; for the rest of its life."""
    post, commit, execute = AwsApi.post, psycopg.AsyncConnection.commit, psycopg.AsyncCursor.execute

    async def watched_post(self: Any, path: str, body: bytes, headers: Mapping[str, str], **more: Any) -> Any:
        do = partial(post, self, path, body, headers, **more)
        target = headers.get("x-amz-target", "")
        return await do() if target.startswith(READS_SECRETS) else await effects.pass_by(target or path, do)

    async def watched_commit(self: Any) -> None:
        await effects.pass_by("COMMIT", partial(commit, self))

    async def watched_execute(self: Any, query: Any, *values: Any, **more: Any) -> Any:
        do = partial(execute, self, query, *values, **more)
        write = WRITES.search(query if isinstance(query, str) else query.as_string(None))
        if write is None or not self.connection.autocommit:
            return await do()
        return await effects.pass_by(" ".join(write.groups()), do)

    AwsApi.post = watched_post  # type: ignore[method-assign]
    psycopg.AsyncConnection.commit = watched_commit  # type: ignore[method-assign]
    psycopg.AsyncCursor.execute = watched_execute  # type: ignore[method-assign]
