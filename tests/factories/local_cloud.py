"""A local cloud as a process of its own, for tests."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import boto3
import httpx

from factories.waiting import eventually
from localcloud.processes import Identity
from localcloud.state import State

LOCALSTACK = Path(__file__).parents[2] / "localstack"


class RunningCloud:
    """A cloud of the sample, with the facts that it wrote when it was ready."""

    def __init__(self, project: Path, *options: str) -> None:
        self.project = project
        self.state = State(project / "state")
        self._options = options
        self._process: asyncio.subprocess.Process

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.state.cloud_json.read_text())
        return facts

    @property
    def is_ready(self) -> bool:
        return self.state.cloud_json.exists() and self.facts["pid"] == self._process.pid

    async def launch(self) -> asyncio.subprocess.Process:
        parameters = ("--parameter", "DatabasePort={postgres_port}", "--parameter", "Aws={aws_url}")
        command = ("-m", "localcloud", "--template", self.project / "template.yaml", "--state", self.state.folder)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            *("--port", "0", *parameters, *self._options),
            env=os.environ | {"PYTHONPATH": str(LOCALSTACK)},
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        return self._process

    async def start(self) -> None:
        process = await self.launch()
        await eventually(lambda: self.is_ready or process.returncode is not None, seconds=60)
        assert process.returncode is None, await process.communicate()

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)
        return await self._process.wait()

    async def hang_up(self) -> int:
        """Let go of the lifeline."""
        assert self._process.stdin
        self._process.stdin.close()
        return await self._process.wait()

    async def echo(self) -> dict[str, Any]:
        async with httpx.AsyncClient(base_url=self.facts["url"], timeout=20) as client:
            answer = await client.get("/echo/x")
            answer.raise_for_status()
            echoed: dict[str, Any] = answer.json()
            return echoed

    async def status(self) -> dict[str, Any]:
        async with httpx.AsyncClient(base_url=self.facts["console_url"]) as client:
            status: dict[str, Any] = (await client.get("/status")).json()
            return status

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Wait until the condition holds, up to 20 s."""
        async with asyncio.timeout(20):
            while not await condition():  # noqa: ASYNC110 - what happens in other processes sets no event here
                await asyncio.sleep(0.05)

    def client(self, service: str) -> Any:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "eu-central-1"}
        url = self.facts["invoke_url" if service == "lambda" else "aws_url"]
        return boto3.client(service, endpoint_url=url, **keys)

    def variables(self) -> dict[str, str]:
        answer = self.client("lambda").invoke(FunctionName="VariablesFunction")
        variables: dict[str, str] = json.loads(answer["Payload"].read())
        return variables

    def processes(self) -> dict[str, Identity]:
        """Every child that is noted, by name."""
        identities = {}
        for file in self.state.run.glob("*.pid"):
            with contextlib.suppress(FileNotFoundError):  # it has just ended
                note = json.loads(file.read_text())
                identities[file.stem] = Identity(note["pid"], note["started"])
        return identities
