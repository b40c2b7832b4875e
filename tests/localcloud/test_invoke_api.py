import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
import pytest_asyncio
from botocore.config import Config
from botocore.exceptions import ClientError

from factories.lambda_service import LambdaService, sample_function
from factories.waiting import eventually
from localcloud import wire
from localcloud.event_invokes import EventInvokes
from localcloud.invocation import PAYLOAD_LIMIT
from localcloud.invoke_api import InvokeApi
from localcloud.lambdas import Pool

Invoke = Callable[..., Any]


async def no_queue(queue: str, text: str) -> None:
    raise AssertionError(f"{queue} was sent {text}")


@pytest.fixture
def pools(service: LambdaService) -> dict[str, Pool]:
    functions = [sample_function("act"), sample_function("variables", reserved=0)]
    return dict(service.lambdas(*functions).pools)


@pytest_asyncio.fixture
async def url(pools: dict[str, Pool], service: LambdaService) -> AsyncIterator[str]:
    events = EventInvokes(pools, service.record, no_queue, retry_delays=(0.01, 0.02))
    server = await wire.listen(InvokeApi(pools, events).serve, PAYLOAD_LIMIT)
    yield f"http://127.0.0.1:{server.port}"
    await events.stop()
    server.close()


@pytest.fixture
def invoke(url: str) -> Invoke:
    """boto3's invoke, in a thread, for the API lives in this test's event loop."""
    client = boto3.client(
        "lambda",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )

    async def call(name: str = "act", event: Any = None, **options: Any) -> Any:
        payload = json.dumps(event or {}).encode()
        return await asyncio.to_thread(client.invoke, FunctionName=name, Payload=payload, **options)

    return call


class TestRequestResponse:
    async def test_result(self, invoke: Invoke) -> None:
        answer = await invoke(event={"a": 1})
        result = json.loads(answer["Payload"].read())
        assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
        assert "FunctionError" not in answer
        assert result["event"] == {"a": 1}
        assert result["request_id"] == answer["ResponseMetadata"]["RequestId"]

    @pytest.mark.parametrize(
        ("name", "qualifier"),
        [
            ("act:live", None),
            ("act", "live"),
            ("act", "$LATEST"),
            ("arn:aws:lambda:us-east-1:123456789012:function:act:live", None),
            ("123456789012:function:act", None),
        ],
    )
    async def test_names_and_qualifiers(self, invoke: Invoke, name: str, qualifier: str | None) -> None:
        answer = await invoke(name, **({"Qualifier": qualifier} if qualifier else {}))
        assert answer["StatusCode"] == 200

    async def test_function_error(self, invoke: Invoke) -> None:
        answer = await invoke(event={"raise": "boom"})
        assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
        assert json.loads(answer["Payload"].read())["errorMessage"] == "boom"

    async def test_no_payload(self, url: str) -> None:
        async with httpx.AsyncClient(base_url=url) as client:
            answer = await client.post("/2015-03-31/functions/act/invocations")
        assert answer.json()["event"] == {}

    async def test_who_hangs_up_leaves_the_queue(self, service: LambdaService, tmp_path: Path) -> None:
        pool = service.pool(reserved=1)
        server = await wire.listen(
            InvokeApi({"act": pool}, EventInvokes({}, service.record, no_queue)).serve, PAYLOAD_LIMIT
        )
        gate = tmp_path / "gate"
        first = pool.submit(json.dumps({"wait_for": str(gate)}).encode())
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"POST /2015-03-31/functions/act/invocations HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}")
        await eventually(lambda: pool.waiting == 1)
        writer.close()
        await eventually(lambda: pool.waiting == 0)
        gate.touch()
        assert not (await first.outcome).is_error
        server.close()


class TestEvent:
    async def test_is_accepted_at_once_and_run(self, invoke: Invoke, service: LambdaService, tmp_path: Path) -> None:
        gate = tmp_path / "gate"
        answer = await invoke(event={"wait_for": str(gate), "log": "it ran"}, InvocationType="Event")
        assert answer["StatusCode"] == 202
        gate.touch()
        await eventually(lambda: "it ran" in service.log())

    async def test_is_tried_three_times(self, invoke: Invoke, service: LambdaService, pools: dict[str, Pool]) -> None:
        answer = await invoke(event={"raise": "boom"}, InvocationType="Event")
        await eventually(lambda: service.events)
        assert pools["act"].counters.invocations == 3
        request_id = answer["ResponseMetadata"]["RequestId"]
        assert service.events == [{"event": "event lost", "name": "act", "request_id": request_id}]


async def test_dry_run(invoke: Invoke, pools: dict[str, Pool]) -> None:
    assert (await invoke(InvocationType="DryRun"))["StatusCode"] == 204
    assert pools["act"].counters.invocations == 0


class TestErrors:
    @pytest.mark.parametrize("name", ["unknown", "act:canary"])
    async def test_unknown(self, invoke: Invoke, name: str) -> None:
        with pytest.raises(ClientError) as caught:
            await invoke(name)
        assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
        assert name.partition(":")[2] in caught.value.response["Error"]["Message"]
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404

    async def test_throttled(self, invoke: Invoke) -> None:
        with pytest.raises(ClientError) as caught:
            await invoke("variables")
        assert caught.value.response["Error"]["Code"] == "TooManyRequestsException"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429

    @pytest.mark.parametrize(("kind", "size"), [("RequestResponse", PAYLOAD_LIMIT + 1), ("Event", 1_048_577)])
    async def test_too_large(self, invoke: Invoke, kind: str, size: int) -> None:
        with pytest.raises(ClientError) as caught:
            await invoke(event="x" * size, InvocationType=kind)
        assert caught.value.response["Error"]["Code"] == "RequestTooLargeException"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413

    @pytest.mark.parametrize("kind", ["RequestResponse", "Event"])
    @pytest.mark.parametrize("payload", [b"{", b"\xff", b"[" * 100_000])
    async def test_no_json(self, url: str, kind: str, payload: bytes) -> None:
        headers = {"x-amz-invocation-type": kind}
        async with httpx.AsyncClient(base_url=url, headers=headers) as client:
            answer = await client.post("/2015-03-31/functions/act/invocations", content=payload)
        assert answer.status_code == 400
        assert answer.headers["x-amzn-errortype"] == "InvalidRequestContentException"

    async def test_web_page(self, url: str, pools: dict[str, Pool]) -> None:
        async with httpx.AsyncClient(base_url=url, headers={"Origin": "https://evil.example"}) as client:
            answer = await client.post("/2015-03-31/functions/act/invocations", content=b"{}")
        assert answer.status_code == 403
        assert pools["act"].counters.invocations == 0

    async def test_other_operation(self, url: str) -> None:
        async with httpx.AsyncClient(base_url=url) as client:
            answer = await client.get("/2015-03-31/functions/act")
        assert answer.status_code == 404
