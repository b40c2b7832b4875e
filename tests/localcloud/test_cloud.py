"""The whole place as a process: started, asked, killed and stopped like users do."""

import asyncio
import json
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio

from factories.lambda_service import SAMPLE
from factories.local_cloud import RunningCloud
from factories.waiting import eventually

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters: { DatabasePort: { Type: String }, Aws: { Type: String } }
Globals:
  Function: { Runtime: python3.13, Timeout: 5, Layers: [!Ref GreetingLayer], CodeUri: functions/echo }
Resources:
  EchoFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.echo
      Events: { Echo: { Type: HttpApi, Properties: { Path: "/echo/{proxy+}", Method: ANY } } }
  VariablesFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.variables
      Environment: { Variables: { SECRET: !Ref DatabaseSecret, BUCKET: !Ref Bucket, AWS_ENDPOINT_URL: !Ref Aws } }
  GreetingLayer:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: layers/greeting }
  DatabaseSecret:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString:
        SecretStringTemplate: !Sub >-
          {"engine": "postgres", "host": "127.0.0.1", "port": ${DatabasePort}, "dbname": "shop", "username": "shop"}
        GenerateStringKey: password
        ExcludePunctuation: true
  Bucket: { Type: AWS::S3::Bucket }
"""


@pytest.fixture
def project() -> Iterator[Path]:
    """A copy of the sample that a test may change, where Postgres can reach it if root has to start it as another."""
    with tempfile.TemporaryDirectory(prefix="localcloud-") as folder:
        Path(folder).chmod(0o711)
        project = Path(folder) / "project"
        shutil.copytree(SAMPLE, project)
        project.chmod(0o711)
        (project / "template.yaml").write_text(TEMPLATE)
        yield project


@pytest_asyncio.fixture
async def cloud(project: Path) -> AsyncIterator[RunningCloud]:
    cloud = RunningCloud(project, "--lifeline", "--reload")
    await cloud.start()
    yield cloud
    await cloud.stop()


def sign_in(secret: dict[str, Any]) -> psycopg.Connection:
    return psycopg.connect(
        host=secret["host"],
        port=secret["port"],
        dbname=secret["dbname"],
        user=secret["username"],
        password=secret["password"],
        autocommit=True,
    )


async def test_everything_that_the_template_names_is_there(cloud: RunningCloud) -> None:
    variables = await asyncio.to_thread(cloud.variables)
    assert (await cloud.echo())["greeting"] == "hello from a layer"
    assert variables["AWS_ENDPOINT_URL"] == cloud.facts["aws_url"]
    value = cloud.client("secretsmanager").get_secret_value(SecretId=variables["SECRET"], VersionStage="AWSCURRENT")
    with sign_in(json.loads(value["SecretString"])) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    cloud.client("s3").put_object(Bucket=variables["BUCKET"], Key="kept", Body=b"bytes")
    status = await cloud.status()
    assert {service["name"]: service["up"] for service in status["services"]} == {
        "postgres": True,
        "cache": True,
        "aws": True,
    }
    assert [function["name"] for function in status["functions"]] == ["EchoFunction", "VariablesFunction"]
    assert status["functions"][0]["invocations"] == 1


async def test_console_is_for_this_machine(cloud: RunningCloud) -> None:
    async with httpx.AsyncClient(base_url=cloud.facts["console_url"]) as client:
        assert "<title>Local cloud</title>" in (await client.get("/")).text
        assert (
            (await client.get("/environment"))
            .json()["VariablesFunction"]["SECRET"]
            .startswith("arn:aws:secretsmanager")
        )
        assert (await client.get("/environment", headers={"host": "evil.example"})).status_code == 403
        assert (await client.get("/elsewhere")).status_code == 404


async def test_what_is_stored_survives_stop_and_start(cloud: RunningCloud) -> None:
    secret_arn = (await asyncio.to_thread(cloud.variables))["SECRET"]
    before = cloud.facts
    secret = json.loads(cloud.client("secretsmanager").get_secret_value(SecretId=secret_arn)["SecretString"])
    with sign_in(secret) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    processes = cloud.processes()
    assert await cloud.stop(signal.SIGINT) == 0
    assert not any(process.is_alive() for process in processes.values())
    assert not cloud.state.cloud_json.exists()
    await cloud.start()
    assert cloud.facts["aws_url"] == before["aws_url"]
    assert (await asyncio.to_thread(cloud.variables))["SECRET"] == secret_arn
    with sign_in(secret) as connection:
        connection.execute("SELECT n FROM kept")


async def test_killed_children_come_back(cloud: RunningCloud) -> None:
    await cloud.echo()
    killed = cloud.processes()
    for process in killed.values():
        os.kill(process.pid, signal.SIGKILL)
    await eventually(lambda: not any(process.is_alive() for process in killed.values()))
    await eventually(lambda: {"postgres", "cache", "aws"} <= cloud.processes().keys(), seconds=20)
    assert (await cloud.echo())["greeting"]

    async def all_are_up() -> bool:
        return all(service["up"] for service in (await cloud.status())["services"])

    await cloud.until(all_are_up)
    crashed = {event["name"] for event in (await cloud.status())["events"] if event["event"] == "crashed"}
    assert {"postgres", "cache", "aws", "EchoFunction"} <= crashed


async def test_children_of_a_killed_supervisor_do_not_stay(cloud: RunningCloud) -> None:
    await cloud.echo()
    processes = cloud.processes()
    assert await cloud.stop(signal.SIGKILL) == -signal.SIGKILL
    await cloud.start()
    assert not any(process.is_alive() for process in processes.values())
    assert (await cloud.echo())["greeting"]


async def test_stop_while_it_starts(project: Path) -> None:
    cloud = RunningCloud(project)
    process = await cloud.launch()
    await eventually(lambda: {"postgres", "cache"} & cloud.processes().keys() or process.returncode is not None)
    processes = cloud.processes()
    assert await cloud.stop() == 0
    assert processes
    assert not any(child.is_alive() for child in (processes | cloud.processes()).values())


async def test_lifeline(cloud: RunningCloud) -> None:
    processes = cloud.processes()
    assert await cloud.hang_up() == 0
    assert not any(process.is_alive() for process in processes.values())


async def test_ipv6(project: Path, ipv6: str) -> None:
    cloud = RunningCloud(project, "--host", ipv6)
    await cloud.start()
    assert cloud.facts["url"].startswith("http://[::1]:")
    assert (await cloud.echo())["greeting"]
    assert await cloud.stop() == 0


async def test_changed_code_is_run(cloud: RunningCloud) -> None:
    await cloud.echo()
    greeting = cloud.project / "layers" / "greeting" / "greeting.py"
    greeting.write_text('GREETING = "hello again"\n')

    async def new_code_runs() -> bool:
        return bool((await cloud.echo())["greeting"] == "hello again")

    await cloud.until(new_code_runs)


class TestRefusals:
    """What cannot run says why in one line."""

    async def refused(self, project: Path, *options: str) -> str:
        process = await RunningCloud(project, *options).launch()
        _, errors = await process.communicate()
        assert process.returncode == 1
        return errors.decode()

    async def test_second_cloud_on_the_same_state(self, cloud: RunningCloud) -> None:
        errors = await self.refused(cloud.project)
        assert errors.count("\n") == 1
        assert "in use by another supervisor" in errors

    async def test_taken_port(self, project: Path) -> None:
        taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        errors = await self.refused(project, "--port", str(taken.sockets[0].getsockname()[1]))
        taken.close()
        assert errors.count("\n") == 1
        assert "in use" in errors

    async def test_broken_template(self, project: Path) -> None:
        (project / "template.yaml").write_text(TEMPLATE.replace("!Ref Bucket", "!Ref Nobody"))
        assert await self.refused(project) == "Nothing here is called Nobody.\n"
