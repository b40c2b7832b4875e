"""What Lambda hands to the consumer of a queue, as a test wants to write it."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def event_message(
    event_type: str,
    data: Mapping[str, Any],
    *,
    version: int = 1,
    event_id: str | None = None,
    correlation_id: str = "a-correlation-id",
    source: str = "tests",
) -> str:
    """The body of a message: an event of the shop, as EventBridge puts it into a queue."""
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    event = {
        "id": event_id or str(uuid.uuid4()),
        "type": event_type,
        "version": version,
        "source": source,
        "time": now,
        "correlation_id": correlation_id,
        "data": dict(data),
    }
    return json.dumps(
        {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": event_type,
            "source": source,
            "account": "123456789012",
            "time": now,
            "region": "eu-central-1",
            "resources": [],
            "detail": event,
        }
    )


def reminder_message(name: str, *, correlation_id: str = "a-correlation-id", **data: Any) -> str:
    """The body of a message that a service has sent itself."""
    return json.dumps({**data, "reminder": name, "correlation_id": correlation_id})


def sqs_batch(*bodies: str) -> dict[str, Any]:
    """The invocation for a batch of messages; their ids are "0", "1" and so on."""
    return {
        "Records": [
            {
                "messageId": str(number),
                "receiptHandle": f"receipt-{number}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1795435200000"},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:tests",
                "awsRegion": "eu-central-1",
            }
            for number, body in enumerate(bodies)
        ]
    }


def scheduled(**detail: Any) -> dict[str, Any]:
    """What EventBridge invokes a scheduled function with."""
    return {"detail-type": "Scheduled Event", "source": "aws.events", "detail": detail}


def failed_items(answer: Mapping[str, Any]) -> list[str]:
    """The ids of the messages that the consumer wants again."""
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]
