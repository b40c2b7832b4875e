"""AWS's APIs on loopback: moto's server as a child, whose secrets and objects outlive it."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from localcloud.kept import DECLARED, PROVISIONED, current_value
from localcloud.processes import Command
from localcloud.stack import PROVIDED_TYPES, SECRET, Resource
from localcloud.state import State, read_json, write_json
from localcloud.supervised import Status, Supervised, accepts_connections

_SETTINGS = {
    "MOTO_DISABLE_GLOBAL_CORS": "true",  # else any web page may read the secrets; buckets have rules of their own
    "S3_IGNORE_SUBDOMAIN_BUCKETNAME": "true",
    # Nothing of the user's own AWS account is read.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True, slots=True)
class Database:
    """A database that a secret in RDS's form speaks of."""

    name: str
    role: str
    password: str
    host: str
    port: int


class Aws:
    """AWS's APIs with what a template declares, by their logical ids. `on_start` hears when each start was."""

    def __init__(
        self,
        state_dir: Path,
        port: int,
        declared: Mapping[str, Resource],
        region: str = "us-east-1",
        on_start: Callable[[datetime], None] = lambda _: None,
    ) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._state = State(state_dir)
        self._folder = self._state.subfolder("aws")
        self._declared = {
            name: {"type": resource.type, "properties": dict(resource.properties)}
            for name, resource in declared.items()
            if resource.type in PROVIDED_TYPES
        }
        self._region = region
        self._on_start = on_start
        self._server: Supervised | None = None

    @property
    def status(self) -> Status:
        return self._server.status if self._server else Status("aws", False, None, 0, None)

    async def start(self) -> dict[str, dict[str, str]]:
        """Start and wait until it answers, all declared being there. Raises StartError.

        Answers the physical ids.
        """
        write_json(self._folder / DECLARED, self._declared)
        self._server = Supervised(self._state, "aws", self._command(), self._answers, on_ready=self._on_start)
        await self._server.start()
        return self.physical_ids()

    def physical_ids(self) -> dict[str, dict[str, str]]:
        """`Ref` and the attributes of each declared secret and bucket by logical id."""
        provisioned = read_json(self._folder / PROVISIONED, {})
        return {name: resource["physical"] for name, resource in provisioned.items()}

    async def stop(self) -> None:
        if self._server:
            await self._server.stop()

    def databases(self) -> list[Database]:
        """The Postgres databases that declared secrets speak of, with the passwords they hold now."""
        provisioned = read_json(self._folder / PROVISIONED, {})
        arns = [about["physical"]["Ref"] for about in provisioned.values() if about["type"] == SECRET]
        values = [current_value(self._folder, arn) for arn in arns]
        return [database for value in values if value and (database := _database(value))]

    def _command(self) -> Command:
        """Its own environment holds no AWS setting of the user's and finds this package."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment = inherited | _SETTINGS | {"PYTHONPATH": str(Path(__file__).parent.parent)}
        options = ("--folder", str(self._folder), "--port", str(self.port), "--region", self._region)
        return Command((sys.executable, "-m", "localcloud.moto_process", *options), env=environment)

    async def _answers(self) -> bool:
        return await accepts_connections("127.0.0.1", self.port)


def _database(value: str) -> Database | None:
    """What a secret says if it has RDS's form.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
    """
    try:
        secret: Any = json.loads(value)
    except ValueError:
        return None
    if not isinstance(secret, dict) or secret.get("engine") not in {"postgres", "aurora-postgresql"}:
        return None
    return Database(
        secret["dbname"], secret["username"], secret["password"], secret["host"], int(secret.get("port", 5432))
    )
