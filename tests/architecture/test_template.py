"""The template keeps every message that cannot be delivered, and gives each enough tries."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from factories.place import ROOT

Template = dict[str, Any]

DEFAULT_TIMEOUT, DEFAULT_VISIBILITY = 3, 30  # seconds, where a function or a queue does not say
FEWEST_RECEIVES = 5
VISIBILITY_FACTOR = 6  # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html


@pytest.fixture(scope="module")
def template() -> Template:
    parsed = yaml_parse((ROOT / "template.yaml").read_text())
    unshared: Template = json.loads(json.dumps(parsed))  # what an anchor gave to several is now a copy in each
    return unshared


def of_type(template: Template, kind: str) -> Iterator[tuple[str, Any]]:
    for name, resource in template["Resources"].items():
        if resource["Type"] == kind:
            yield name, resource["Properties"]


def functions(template: Template) -> Iterator[tuple[str, Any]]:
    return of_type(template, "AWS::Serverless::Function")


def queues(template: Template) -> dict[str, Any]:
    return dict(of_type(template, "AWS::SQS::Queue"))


def event_sources(template: Template, kind: str) -> Iterator[tuple[str, Any, Any]]:
    """The function's name, its properties and those of each of its events of this type."""
    for name, properties in functions(template):
        for event in properties.get("Events", {}).values():
            if event["Type"] == kind:
                yield name, properties, event["Properties"]


def referred(value: Any) -> str:
    """The logical id in a `!GetAtt X.Arn`."""
    target = value.get("Fn::GetAtt", "") if isinstance(value, dict) else ""
    return target[0] if isinstance(target, list) else str(target).partition(".")[0]


def timeout_of(template: Template, function: Any) -> int:
    everywhere = template.get("Globals", {}).get("Function", {})
    return int(function.get("Timeout", everywhere.get("Timeout", DEFAULT_TIMEOUT)))


# The laws: each gives what breaks it.


def targets_that_give_up(template: Template) -> Iterator[str]:
    for name, rule in of_type(template, "AWS::Events::Rule"):
        for target in rule["Targets"]:
            yield from _without_safety(template, f"{name}, target {target['Id']}", target)
    for name, _, schedule in event_sources(template, "Schedule"):
        yield from _without_safety(template, f"the schedule of {name}", schedule)


def _without_safety(template: Template, what: str, target: Any) -> Iterator[str]:
    if "MaximumRetryAttempts" not in target.get("RetryPolicy", {}):
        yield f"{what} says nothing of retries"
    if referred(target.get("DeadLetterConfig", {}).get("Arn")) not in queues(template):
        yield f"{what} keeps nothing that could not be delivered"


def queues_that_lose(template: Template) -> Iterator[str]:
    for name, function, source in event_sources(template, "SQS"):
        queue = queues(template)[referred(source["Queue"])]
        policy = queue.get("RedrivePolicy", {})
        if int(queue.get("VisibilityTimeout", DEFAULT_VISIBILITY)) < VISIBILITY_FACTOR * timeout_of(template, function):
            yield f"the queue of {name} shows a message again too soon"
        if int(policy.get("maxReceiveCount", FEWEST_RECEIVES)) < FEWEST_RECEIVES:
            yield f"the queue of {name} gives too few tries"
        if referred(policy.get("deadLetterTargetArn")) not in queues(template):
            yield f"the queue of {name} has no dead letters"


def sources_that_repeat_all(template: Template) -> Iterator[str]:
    for name, _, source in event_sources(template, "SQS"):
        if "ReportBatchItemFailures" not in source.get("FunctionResponseTypes", []):
            yield f"{name} gets a whole batch again for one message that failed"


def functions_that_forget(template: Template) -> Iterator[str]:
    scheduled = {name for name, _, _ in event_sources(template, "Schedule")}
    for name, function in functions(template):
        is_asynchronous = name in scheduled or function["Handler"].endswith(".relay")
        on_failure = function.get("EventInvokeConfig", {}).get("DestinationConfig", {}).get("OnFailure", {})
        if is_asynchronous and referred(on_failure.get("Destination")) not in queues(template):
            yield f"{name} keeps no event that it failed on"


LAWS = (targets_that_give_up, queues_that_lose, sources_that_repeat_all, functions_that_forget)


@pytest.mark.parametrize("law", LAWS)
def test_template_keeps_the_law(law: Callable[[Template], Iterator[str]], template: Template) -> None:
    assert not list(law(template))


def broken(template: Template, path: str, value: Any = None) -> Template:
    """A copy in which what stands at the path is another value, or is not there."""
    copy = deepcopy(template)
    *way, last = path.split("/")
    place: Any = copy["Resources"]
    for step in way:
        place = place[int(step) if isinstance(place, list) else step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return copy


RULE = "CatalogRule/Properties/Targets/0"
SCHEDULE = "OrdersRelayFunction/Properties/Events/Sweep/Properties"
QUEUE, REMINDERS = "OrdersQueue/Properties", "PaymentsReminders/Properties"
SOURCE = "NotificationsEventsFunction/Properties/Events/Queue/Properties"
INVOKES = "PaymentsRelayFunction/Properties/EventInvokeConfig"


@pytest.mark.parametrize(
    ("law", "path", "value"),
    [
        (targets_that_give_up, f"{RULE}/RetryPolicy", None),
        (targets_that_give_up, f"{RULE}/DeadLetterConfig", None),
        (targets_that_give_up, f"{SCHEDULE}/RetryPolicy", None),
        (targets_that_give_up, f"{SCHEDULE}/DeadLetterConfig", None),
        (targets_that_give_up, "CatalogQueueDeadLetters", None),
        (queues_that_lose, f"{QUEUE}/VisibilityTimeout", 29),
        (queues_that_lose, f"{REMINDERS}/VisibilityTimeout", None),
        (queues_that_lose, "OrdersEventsFunction/Properties/Timeout", 6),
        (queues_that_lose, f"{QUEUE}/RedrivePolicy", None),
        (queues_that_lose, f"{QUEUE}/RedrivePolicy/maxReceiveCount", 4),
        (queues_that_lose, "PaymentsRemindersDeadLetters", None),
        (sources_that_repeat_all, f"{SOURCE}/FunctionResponseTypes", None),
        (functions_that_forget, INVOKES, None),
        (functions_that_forget, f"{INVOKES}/DestinationConfig", None),
        (functions_that_forget, "AsyncFailures", None),
    ],
)
def test_template_without_it_is_refused(
    law: Callable[[Template], Iterator[str]], path: str, value: Any, template: Template
) -> None:
    assert list(law(broken(template, path, value)))


def test_function_that_a_commit_nudges_is_asynchronous_without_a_schedule(template: Template) -> None:
    unscheduled = broken(template, "AuthRelayFunction/Properties/Events/Sweep")
    assert not list(functions_that_forget(unscheduled))
    assert list(functions_that_forget(broken(unscheduled, "AuthRelayFunction/Properties/EventInvokeConfig")))
