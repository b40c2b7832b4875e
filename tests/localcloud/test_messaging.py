"""SQS and EventBridge as AWS's SDK sees them, with what a template declares."""

import json
from collections.abc import AsyncIterator
from typing import Any

import boto3
import httpx
import pytest
import pytest_asyncio
from botocore.exceptions import ClientError

from localcloud.aws import Aws
from localcloud.aws_client import QUEUES
from localcloud.stack import ACCOUNT, BUS, QUEUE, RULE, Resource
from localcloud.state import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")

REGION = "eu-central-1"
WITH_ATTRIBUTE = {"of": {"DataType": "String", "StringValue": "tests"}}


def arn(queue: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"


def declared() -> dict[str, Resource]:
    pattern = {"detail-type": ["order.paid"], "detail": {"currency": ["EUR"]}}
    return {
        "PaidRule": Resource(
            RULE, {"EventBusName": "shop", "EventPattern": pattern, "Targets": [{"Id": "q", "Arn": arn("Paid")}]}
        ),
        "OffRule": Resource(
            RULE,
            {
                "EventBusName": "shop",
                "EventPattern": {},
                "State": "DISABLED",
                "Targets": [{"Id": "q", "Arn": arn("Off")}],
            },
        ),
        "Sweep": Resource(RULE, {"ScheduleExpression": "rate(1 minute)", "Targets": []}),
        "Bus": Resource(BUS, {"Name": "shop"}),
        "Paid": Resource(QUEUE, {"RedrivePolicy": {"deadLetterTargetArn": arn("paid-dead"), "maxReceiveCount": 1}}),
        "Off": Resource(QUEUE, {}),
        "Plain": Resource(QUEUE, {"VisibilityTimeout": 7, "DelaySeconds": 0}),
        "Elsewhere": Resource(QUEUE, {}),
        "Dead": Resource(QUEUE, {"QueueName": "paid-dead", "MessageRetentionPeriod": 1209600}),
    }


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def cloud(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Aws]:
    server = Aws(tmp_path_factory.mktemp("aws"), free_port(), declared(), REGION)
    await server.start()
    yield server
    await server.stop()


def client(cloud: Aws, service: str) -> Any:
    keys = {"aws_access_key_id": "tests", "aws_secret_access_key": "tests", "region_name": REGION}
    return boto3.client(service, endpoint_url=cloud.url, **keys)


@pytest.fixture(scope="module")
def sqs(cloud: Aws) -> Any:
    return client(cloud, "sqs")


@pytest.fixture(scope="module")
def events(cloud: Aws) -> Any:
    return client(cloud, "events")


def url(cloud: Aws, queue: str) -> str:
    return f"{cloud.url}/{ACCOUNT}/{queue}"


def take_all(sqs: Any, queue_url: str) -> list[Any]:
    answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"])
    messages: list[Any] = answer.get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return messages


def paid(**detail: Any) -> dict[str, Any]:
    event = {"currency": "EUR", **detail}
    return {"Source": "orders", "DetailType": "order.paid", "EventBusName": "shop", "Detail": json.dumps(event)}


class TestQueues:
    async def test_are_as_declared(self, cloud: Aws, sqs: Any) -> None:
        wanted = ["VisibilityTimeout", "MessageRetentionPeriod", "RedrivePolicy", "QueueArn"]
        plain = sqs.get_queue_attributes(QueueUrl=url(cloud, "Plain"), AttributeNames=wanted)["Attributes"]
        assert plain["VisibilityTimeout"] == "7"
        assert plain["QueueArn"] == arn("Plain")
        policy = sqs.get_queue_attributes(QueueUrl=url(cloud, "Paid"), AttributeNames=wanted)["Attributes"][
            "RedrivePolicy"
        ]
        assert json.loads(policy) == {"deadLetterTargetArn": arn("paid-dead"), "maxReceiveCount": 1}
        assert sqs.get_queue_url(QueueName="paid-dead")["QueueUrl"] == url(cloud, "paid-dead")

    async def test_single_messages(self, cloud: Aws, sqs: Any) -> None:
        sent = sqs.send_message(QueueUrl=url(cloud, "Plain"), MessageBody="ü")
        (message,) = take_all(sqs, url(cloud, "Plain"))
        assert (message["MessageId"], message["Body"]) == (sent["MessageId"], "ü")
        assert message["MD5OfBody"] == sent["MD5OfMessageBody"]
        assert message["Attributes"]["ApproximateReceiveCount"] == "1"
        assert int(message["Attributes"]["SentTimestamp"]) <= int(
            message["Attributes"]["ApproximateFirstReceiveTimestamp"]
        )
        assert take_all(sqs, url(cloud, "Plain")) == []

    async def test_batches(self, cloud: Aws, sqs: Any) -> None:
        entries = [{"Id": str(n), "MessageBody": f"m{n}"} for n in range(10)]
        sent = sqs.send_message_batch(QueueUrl=url(cloud, "Plain"), Entries=entries)["Successful"]
        assert [one["Id"] for one in sent] == [str(n) for n in range(10)]
        received = sqs.receive_message(QueueUrl=url(cloud, "Plain"), MaxNumberOfMessages=10)["Messages"]
        assert [message["Body"] for message in received] == [f"m{n}" for n in range(10)]
        assert "Attributes" not in received[0]
        handles = [{"Id": m["MessageId"], "ReceiptHandle": m["ReceiptHandle"]} for m in received]
        handles[0]["ReceiptHandle"] = "nonsense"
        done = sqs.delete_message_batch(QueueUrl=url(cloud, "Plain"), Entries=handles)
        assert len(done["Successful"]) == 9
        assert done["Failed"][0]["Code"] == "ReceiptHandleIsInvalid"
        sqs.purge_queue(QueueUrl=url(cloud, "Plain"))

    async def test_attributes(self, cloud: Aws, sqs: Any) -> None:
        sqs.send_message(QueueUrl=url(cloud, "Plain"), MessageBody="one", MessageAttributes=WITH_ATTRIBUTE)
        entry = {"Id": "1", "MessageBody": "two", "MessageAttributes": WITH_ATTRIBUTE}
        sqs.send_message_batch(QueueUrl=url(cloud, "Plain"), Entries=[entry])
        received = sqs.receive_message(
            QueueUrl=url(cloud, "Plain"), MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )["Messages"]
        assert [message["MessageAttributes"] for message in received] == [WITH_ATTRIBUTE] * 2
        sqs.purge_queue(QueueUrl=url(cloud, "Plain"))

    @pytest.mark.parametrize(
        ("operation", "parameters", "code"),
        [
            ("send_message", {"QueueUrl": "http://x/1/Nobody", "MessageBody": "x"}, "NonExistentQueue"),
            ("send_message", {"MessageBody": "x", "DelaySeconds": 901}, "InvalidParameterValue"),
            ("receive_message", {"MaxNumberOfMessages": 11}, "InvalidParameterValue"),
            ("delete_message", {"ReceiptHandle": "x"}, "ReceiptHandleIsInvalid"),
            ("delete_message_batch", {"Entries": []}, "EmptyBatchRequest"),
        ],
    )
    async def test_refusals_are_worded_as_aws_does(
        self, cloud: Aws, sqs: Any, operation: str, parameters: dict[str, Any], code: str
    ) -> None:
        with pytest.raises(ClientError) as caught:
            getattr(sqs, operation)(**{"QueueUrl": url(cloud, "Plain")} | parameters)
        assert caught.value.response["Error"]["Code"].endswith(code)

    async def test_of_another_region_are_motos_own(self, cloud: Aws) -> None:
        other = boto3.client(
            "sqs", endpoint_url=cloud.url, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        made = other.create_queue(QueueName="Plain")["QueueUrl"]
        other.send_message(QueueUrl=made, MessageBody="there")
        assert [message["Body"] for message in take_all(other, made)] == ["there"]


class TestBus:
    async def test_delivers_what_a_rule_asks_for(self, cloud: Aws, sqs: Any, events: Any) -> None:
        wanted, other_currency = paid(note='<id> "<detail>" ü'), paid(currency="USD")
        answer = events.put_events(Entries=[wanted, other_currency, wanted | {"DetailType": "order.created"}])
        assert answer["FailedEntryCount"] == 0
        (message,) = take_all(sqs, url(cloud, "Paid"))
        event = json.loads(message["Body"])
        assert event["id"] == answer["Entries"][0]["EventId"]
        assert event["time"].endswith("Z")
        del event["id"], event["time"]
        assert event == {
            "version": "0",
            "detail-type": "order.paid",
            "source": "orders",
            "account": ACCOUNT,
            "region": REGION,
            "resources": [],
            "detail": {"currency": "EUR", "note": '<id> "<detail>" ü'},
        }

    async def test_rule_that_is_switched_off(self, cloud: Aws, sqs: Any, events: Any) -> None:
        events.put_events(Entries=[paid()])
        assert take_all(sqs, url(cloud, "Off")) == []
        take_all(sqs, url(cloud, "Paid"))

    async def test_tells_which_entries_failed(self, cloud: Aws, sqs: Any, events: Any) -> None:
        answer = events.put_events(Entries=[paid() | {"Detail": "no json"}, paid()])
        assert answer["FailedEntryCount"] == 1
        assert answer["Entries"][0]["ErrorCode"] == "MalformedDetail"
        assert len(take_all(sqs, url(cloud, "Paid"))) == 1

    async def test_that_is_not_there(self, events: Any) -> None:
        with pytest.raises(ClientError) as caught:
            events.put_events(Entries=[paid() | {"EventBusName": "nobody"}])
        assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"


class TestDesk:
    """What can be seen of queues beside SQS itself."""

    async def test_depths(self, cloud: Aws, sqs: Any) -> None:
        sqs.send_message(QueueUrl=url(cloud, "Elsewhere"), MessageBody="1")
        sqs.send_message(QueueUrl=url(cloud, "Elsewhere"), MessageBody="2", DelaySeconds=600)
        sqs.send_message(QueueUrl=url(cloud, "Elsewhere"), MessageBody="3")
        sqs.receive_message(QueueUrl=url(cloud, "Elsewhere"))
        async with httpx.AsyncClient(base_url=cloud.url) as desk:
            queues = {queue["name"]: queue for queue in (await desk.get(QUEUES)).json()}
            seen = (await desk.get(f"{QUEUES}/Elsewhere")).json()
        assert queues["Elsewhere"] == {
            "name": "Elsewhere",
            "waiting": 1,
            "in_flight": 1,
            "delayed": 1,
            "dead_letters": None,
        }
        assert queues["Paid"]["dead_letters"] == "paid-dead"
        assert [(message["body"], message["state"], message["receive_count"]) for message in seen] == [
            ("1", "in flight", 1),
            ("2", "delayed", 0),
            ("3", "waiting", 0),
        ]
        sqs.purge_queue(QueueUrl=url(cloud, "Elsewhere"))

    async def test_redrive(self, cloud: Aws, sqs: Any) -> None:
        dead, source = url(cloud, "paid-dead"), url(cloud, "Paid")
        for body in ("1", "2"):
            sqs.send_message(QueueUrl=source, MessageBody=body)
        sqs.receive_message(QueueUrl=source, MaxNumberOfMessages=10, VisibilityTimeout=0)
        assert "Messages" not in sqs.receive_message(QueueUrl=source)
        async with httpx.AsyncClient(base_url=cloud.url) as desk:
            letters = (await desk.get(f"{QUEUES}/paid-dead")).json()
            assert [letter["source"] for letter in letters] == [arn("Paid")] * 2
            one = await desk.post(f"{QUEUES}/paid-dead/redrive", json={"id": letters[0]["id"]})
            rest = await desk.post(f"{QUEUES}/paid-dead/redrive")
        assert [one.json(), rest.json()] == [{"moved": {"Paid": 1}, "kept": 0}] * 2
        assert take_all(sqs, dead) == []
        back = take_all(sqs, source)
        assert [message["Body"] for message in back] == ["1", "2"]
        assert {message["Attributes"]["ApproximateReceiveCount"] for message in back} == {"1"}

    async def test_redrive_of_what_came_from_no_queue(self, cloud: Aws, sqs: Any) -> None:
        sqs.send_message(QueueUrl=url(cloud, "Plain"), MessageBody="1")
        async with httpx.AsyncClient(base_url=cloud.url) as desk:
            answer = await desk.post(f"{QUEUES}/Plain/redrive")
        assert answer.json() == {"moved": {}, "kept": 1}
        assert [message["Body"] for message in take_all(sqs, url(cloud, "Plain"))] == ["1"]

    @pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
    async def test_is_not_for_web_pages(self, cloud: Aws, headers: dict[str, str]) -> None:
        async with httpx.AsyncClient(base_url=cloud.url, headers=headers) as browser:
            assert (await browser.get(QUEUES)).status_code == 403

    async def test_unknown(self, cloud: Aws) -> None:
        async with httpx.AsyncClient(base_url=cloud.url) as desk:
            assert (await desk.get(f"{QUEUES}/Nobody")).status_code == 404
            assert (await desk.get(f"{QUEUES}/Paid/redrive")).status_code == 404
