"""Makes a template's queues, buses, rules and senders of mail in moto, which forgets them whenever it ends."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.events.models import events_backends
from moto.ses.models import ses_backends
from moto.sqs.models import sqs_backends

from localcloud.queues import Queues
from localcloud.rules import Rule
from localcloud.stack import ACCOUNT, BUS, QUEUE, RULE, SENDER

_QUEUE_ATTRIBUTES = (
    "DelaySeconds",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "VisibilityTimeout",
)


def make_messaging(declared: Mapping[str, Any], region: str) -> Queues:
    """Make all of it, each after what it refers to; answers the queues."""
    queues = sqs_backends[ACCOUNT][region] = Queues(region, ACCOUNT)
    for name, properties in _of_type(declared, QUEUE):
        attributes = {key: properties[key] for key in _QUEUE_ATTRIBUTES if key in properties}
        queues.create_queue(properties.get("QueueName", name), **attributes)
    for name, properties in _of_type(declared, QUEUE):
        if "RedrivePolicy" in properties:
            policy = {"RedrivePolicy": properties["RedrivePolicy"]}
            queues.set_queue_attributes(properties.get("QueueName", name), policy)
    for _, properties in _of_type(declared, BUS):
        events_backends[ACCOUNT][region].create_event_bus(properties["Name"])
    for name, properties in _of_type(declared, RULE):
        _make_rule(name, properties, region)
    for _, properties in _of_type(declared, SENDER):
        ses_backends[ACCOUNT][region].create_email_identity_v2(properties["EmailIdentity"], None, None, None)
    return queues


def _make_rule(name: str, properties: Mapping[str, Any], region: str) -> None:
    """A rule without a pattern is a schedule, which moto does not run."""
    if "EventPattern" not in properties:
        return
    bus = properties.get("EventBusName", "default")
    rule = Rule(  # type: ignore[abstract]
        name=properties.get("Name", name),
        account_id=ACCOUNT,
        region_name=region,
        description=properties.get("Description"),
        event_pattern=json.dumps(properties["EventPattern"]),
        schedule_exp=None,
        role_arn=None,
        event_bus_name=bus,
        state=properties.get("State"),
        targets=list(properties.get("Targets", [])),
    )
    events_backends[ACCOUNT][region].event_buses[bus.rpartition("/")[2]].rules[rule.name] = rule


def _of_type(declared: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((name, resource["properties"]) for name, resource in declared.items() if resource["type"] == kind)
