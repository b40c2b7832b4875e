import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
import pytest_asyncio
from botocore.exceptions import ClientError

from factories.waiting import eventually
from localcloud.aws import Aws, Database
from localcloud.stack import Resource
from localcloud.state import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET, BUCKET = "AWS::SecretsManager::Secret", "AWS::S3::Bucket"
RING = {"SecretStringTemplate": '{"current": "first", "keys": []}', "GenerateStringKey": "first"}
CORS = {"AllowedMethods": ["GET", "POST"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"], "MaxAge": 3600}


def declared(port: int = 5432) -> dict[str, Resource]:
    database = {"engine": "postgres", "host": "127.0.0.1", "port": port, "dbname": "auth", "username": "auth"}
    login = {"SecretStringTemplate": json.dumps(database), "GenerateStringKey": "password", "ExcludePunctuation": True}
    return {
        "Ring": Resource(SECRET, {"Description": "keys", "GenerateSecretString": RING}),
        "Login": Resource(SECRET, {"GenerateSecretString": login}),
        "Plain": Resource(SECRET, {"Name": "plain/secret", "SecretString": "as declared"}),
        "Images": Resource(BUCKET, {"CorsConfiguration": {"CorsRules": [CORS]}}),
        "Backups": Resource(BUCKET, {"BucketName": "our-backups", "VersioningConfiguration": {"Status": "Enabled"}}),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("aws")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def cloud(folder: Path) -> AsyncIterator[Aws]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_PROFILE", "a-profile-that-this-machine-does-not-have")
        server = Aws(folder, free_port(), declared())
        await server.start()
    yield server
    await server.stop()


def client(cloud: Aws, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=cloud.url,
        region_name="us-east-1",
        aws_access_key_id="tests",
        aws_secret_access_key="tests",
    )


@pytest.fixture(scope="module")
def secrets(cloud: Aws) -> Any:
    return client(cloud, "secretsmanager")


@pytest.fixture(scope="module")
def objects(cloud: Aws) -> Any:
    return client(cloud, "s3")


def value_of(secrets: Any, name: str, stage: str = "AWSCURRENT") -> str:
    value: str = secrets.get_secret_value(SecretId=name, VersionStage=stage)["SecretString"]
    return value


def written(folder: Path) -> dict[Path, int]:
    """When the files of secrets and objects were written last."""
    return {file: file.stat().st_mtime_ns for kind in ("secrets", "s3") for file in (folder / kind).rglob("*.*")}


async def kill(cloud: Aws) -> None:
    pid = cloud.status.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    await eventually(lambda: cloud.status.is_up and cloud.status.pid != pid)


class TestStart:
    async def test_answers_physical_ids(self, cloud: Aws, secrets: Any) -> None:
        physical = cloud.physical_ids()
        assert physical["Ring"]["Ref"] == secrets.describe_secret(SecretId="Ring")["ARN"]
        assert physical["Plain"]["Ref"] == secrets.describe_secret(SecretId="plain/secret")["ARN"]
        assert physical["Images"]["Ref"] == "images"
        assert physical["Images"]["RegionalDomainName"] == "images.s3.us-east-1.amazonaws.com"
        assert physical["Backups"]["Arn"] == "arn:aws:s3:::our-backups"

    async def test_generates_values(self, secrets: Any) -> None:
        ring = json.loads(value_of(secrets, "Ring"))
        assert (ring["current"], ring["keys"], len(ring["first"])) == ("first", [], 32)
        assert value_of(secrets, "plain/secret") == "as declared"

    async def test_knows_the_databases(self, cloud: Aws, secrets: Any) -> None:
        password = json.loads(value_of(secrets, "Login"))["password"]
        assert cloud.databases() == [Database("auth", "auth", password, "127.0.0.1", 5432)]

    async def test_shows_its_files_to_nobody(self, folder: Path) -> None:
        files = [file for file in (folder / "aws").rglob("*") if file.is_file()]
        assert files
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
        assert (folder / "aws").stat().st_mode & 0o777 == 0o700


class TestKill:
    async def test_keeps_versions_and_stages_of_secrets(self, cloud: Aws, secrets: Any) -> None:
        first = secrets.create_secret(Name="kept", SecretString="1", Tags=[{"Key": "of", "Value": "tests"}])
        pending = secrets.put_secret_value(SecretId="kept", SecretString="2", VersionStages=["AWSPENDING"])
        secrets.update_secret_version_stage(
            SecretId="kept",
            VersionStage="AWSCURRENT",
            MoveToVersionId=pending["VersionId"],
            RemoveFromVersionId=first["VersionId"],
        )
        secrets.put_secret_value(SecretId="kept", SecretString="3", VersionStages=["AWSPENDING"])
        before = secrets.describe_secret(SecretId="kept")
        await kill(cloud)
        after = secrets.describe_secret(SecretId="kept")
        for fact in ("ARN", "VersionIdsToStages", "Tags"):
            assert after[fact] == before[fact]
        stages = ("AWSPREVIOUS", "AWSCURRENT", "AWSPENDING")
        assert [value_of(secrets, "kept", stage) for stage in stages] == ["1", "2", "3"]

    async def test_keeps_what_was_removed_away(self, cloud: Aws, secrets: Any, objects: Any) -> None:
        secrets.create_secret(Name="gone", SecretString="1")
        secrets.delete_secret(SecretId="gone", ForceDeleteWithoutRecovery=True)
        objects.put_object(Bucket="images", Key="gone", Body=b"1")
        objects.delete_object(Bucket="images", Key="gone")
        objects.create_bucket(Bucket="removed")
        objects.put_object(Bucket="removed", Key="gone", Body=b"1")
        objects.delete_object(Bucket="removed", Key="gone")
        objects.delete_bucket(Bucket="removed")
        await kill(cloud)
        with pytest.raises(ClientError, match="ResourceNotFound"):
            secrets.describe_secret(SecretId="gone")
        with pytest.raises(ClientError, match="404"):
            objects.head_object(Bucket="images", Key="gone")
        assert "removed" not in [bucket["Name"] for bucket in objects.list_buckets()["Buckets"]]

    async def test_keeps_objects_whole(self, cloud: Aws, objects: Any) -> None:
        key, body = "products/ä ö/1+2.png", os.urandom(100_000)
        about = {"ContentType": "image/png", "CacheControl": "max-age=60", "Metadata": {"alt": "a shoe"}}
        objects.put_object(Bucket="images", Key=key, Body=body, Tagging="of=tests", **about)
        objects.put_object(Bucket="images", Key=f"{key}.copy", Body=body)
        objects.delete_object(Bucket="images", Key=f"{key}.copy")
        before = objects.get_object(Bucket="images", Key=key)
        await kill(cloud)
        after = objects.get_object(Bucket="images", Key=key)
        assert after["Body"].read() == body
        for fact in ("ETag", "LastModified", "ContentLength", "TagCount", *about):
            assert after[fact] == before[fact]
        assert objects.get_object_tagging(Bucket="images", Key=key)["TagSet"] == [{"Key": "of", "Value": "tests"}]

    async def test_keeps_versions_of_objects(self, cloud: Aws, objects: Any) -> None:
        for body in (b"1", b"2"):
            objects.put_object(Bucket="our-backups", Key="dump", Body=body)
        objects.delete_object(Bucket="our-backups", Key="dump")
        before = objects.list_object_versions(Bucket="our-backups")
        await kill(cloud)
        after = objects.list_object_versions(Bucket="our-backups")
        for kind in ("Versions", "DeleteMarkers"):
            assert [one["VersionId"] for one in after[kind]] == [one["VersionId"] for one in before[kind]]
        oldest = after["Versions"][-1]["VersionId"]
        assert objects.get_object(Bucket="our-backups", Key="dump", VersionId=oldest)["Body"].read() == b"1"


class TestRestart:
    async def test_writes_nothing_that_did_not_change(self, cloud: Aws, folder: Path, objects: Any) -> None:
        objects.put_object(Bucket="images", Key="one", Body=b"1", ACL="public-read")
        before = written(folder / "aws")
        await kill(cloud)
        assert written(folder / "aws") == before

    async def test_refreshes_what_the_template_says_and_nothing_else(self, tmp_path: Path) -> None:
        first = Aws(tmp_path, free_port(), declared(port=1))
        before = await first.start()
        (old,) = first.databases()
        rotated = json.dumps({"current": "second", "keys": ["rotated"], "first": "generated"})
        secrets = client(first, "secretsmanager")
        secrets.put_secret_value(SecretId="Ring", SecretString=rotated)
        await first.stop()
        second = Aws(tmp_path, free_port(), declared(port=2))
        assert await second.start() == before
        assert second.databases() == [Database("auth", "auth", old.password, "127.0.0.1", 2)]
        assert value_of(client(second, "secretsmanager"), "Ring") == rotated
        await second.stop()


class TestBrowser:
    """What a page of the shop does without AWS's credentials."""

    async def test_uploads_by_a_signed_form(self, cloud: Aws, objects: Any) -> None:
        form = objects.generate_presigned_post("images", "upload.png", Fields={"Content-Type": "image/png"})
        files = {"file": ("upload.png", b"pixels")}
        async with httpx.AsyncClient(headers={"Origin": "http://localhost:8000"}) as browser:
            upload = await browser.post(form["url"], data=form["fields"], files=files)
            assert upload.status_code == 204
            assert upload.headers["Access-Control-Allow-Origin"] == "*"
            await kill(cloud)
            shown = await browser.get(f"{cloud.url}/images/upload.png")
        assert (shown.status_code, shown.content, shown.headers["Content-Type"]) == (200, b"pixels", "image/png")

    async def test_of_another_site_reads_no_secret(self, cloud: Aws) -> None:
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-amz-target"}
        async with httpx.AsyncClient(headers={"Origin": "https://example.org"}) as browser:
            assert (await browser.options(cloud.url, headers=asked)).status_code == 403

    async def test_cannot_erase_everything(self, cloud: Aws, secrets: Any) -> None:
        async with httpx.AsyncClient() as browser:
            assert (await browser.post(f"{cloud.url}/moto-api/reset")).status_code == 404
        assert value_of(secrets, "plain/secret") == "as declared"
