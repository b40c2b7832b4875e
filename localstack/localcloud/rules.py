"""EventBridge's rules in moto: what a bus was told goes as it is into the queues that asked for it.

moto's own rules write each event into a text template, which takes 4 ms and confuses an event that speaks of `<id>`.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.events.models import Rule as MotoRule
from moto.sqs.models import sqs_backends


class Rule(MotoRule):
    """A rule with a pattern, whose targets are queues of its own account and region."""

    def send_to_targets(self, original_event: Mapping[str, Any], transform_input: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002 - as moto has it
        if self.state == "DISABLED" or not self.event_pattern.matches_event(original_event):  # type: ignore[arg-type]
            return
        body = json.dumps(_as_delivered(original_event))
        for target in self.targets:
            queue = target["Arn"].rpartition(":")[2]
            sqs_backends[self.account_id][self.region_name].send_message(queue, body)


def _as_delivered(event: Mapping[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html."""
    told_at = datetime.fromtimestamp(float(event["time"]), UTC)
    wanted = {name: value for name, value in event.items() if name != "ingestion-time"}
    return wanted | {"time": f"{told_at:%Y-%m-%dT%H:%M:%SZ}"}
