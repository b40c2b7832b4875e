"""What invokes functions besides requests, as a template says it, and what becomes of events that fail."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from localcloud.intrinsics import TemplateError
from localcloud.stack import RULE, Asynchronous, EventSource, Schedule

_SOURCE = "AWS::Lambda::EventSourceMapping"
_ASYNCHRONOUS = "AWS::Lambda::EventInvokeConfig"
_RATE = re.compile(r"rate\((?P<count>\d+) (?P<unit>minute|hour|day)s?\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}
_TRANSFORMS = {"Input", "InputPath", "InputTransformer"}

Resources = Mapping[str, Mapping[str, Any]]


class Wiring:
    """Reads resources whose properties `value` resolves. Raises TemplateError for what is not understood here."""

    def __init__(self, resources: Resources, value: Callable[[Any], Any]) -> None:
        self._resources = resources
        self._value = value

    def sources(self) -> tuple[EventSource, ...]:
        return tuple(_source(name, properties) for name, properties in self._of_type(_SOURCE))

    def schedules(self) -> tuple[Schedule, ...]:
        """The schedules that are switched on; also looks at what the other rules lead to."""
        rules = list(self._of_type(RULE))
        for name, properties in rules:
            if "EventPattern" in properties:
                _check_targets(name, properties)
        return tuple(
            _schedule(name, properties, target)
            for name, properties in rules
            if "ScheduleExpression" in properties and properties.get("State") != "DISABLED"
            for target in properties.get("Targets", [])
        )

    def asynchronous(self) -> dict[str, Asynchronous]:
        """By function; here it holds for all its qualifiers."""
        return {
            _function_in(properties["FunctionName"]): self._asynchronous(name, properties)
            for name, properties in self._of_type(_ASYNCHRONOUS)
        }

    def _asynchronous(self, name: str, properties: Mapping[str, Any]) -> Asynchronous:
        destination = properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        return Asynchronous(
            retries=int(properties.get("MaximumRetryAttempts", Asynchronous.retries)),
            oldest=float(properties.get("MaximumEventAgeInSeconds", Asynchronous.oldest)),
            on_failure=_queue_in(destination, f"The destination of {name}") if destination else None,
        )

    def _of_type(self, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for name, resource in self._resources.items():
            if resource["Type"] == kind:
                yield name, self._value(resource["Properties"])


def _source(name: str, properties: Mapping[str, Any]) -> EventSource:
    if unsupported := properties.keys() & {"FilterCriteria", "MaximumBatchingWindowInSeconds"}:
        raise TemplateError(f"{name} has {', '.join(sorted(unsupported))}, which is not supported.")
    concurrency = properties.get("ScalingConfig", {}).get("MaximumConcurrency")
    return EventSource(
        queue=_queue_in(properties["EventSourceArn"], f"The source of {name}"),
        function=_function_in(properties["FunctionName"]),
        batch_size=int(properties.get("BatchSize", EventSource.batch_size)),
        concurrency=None if concurrency is None else int(concurrency),
        reports_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
    )


def _schedule(name: str, properties: Mapping[str, Any], target: Mapping[str, Any]) -> Schedule:
    rate = _RATE.fullmatch(properties["ScheduleExpression"])
    if rate is None or int(rate["count"]) == 0:
        raise TemplateError(f"The schedule {name} is not of the form rate(15 minutes): others are not supported.")
    if ":lambda:" not in target["Arn"] or target.keys() & {"InputPath", "InputTransformer"}:
        raise TemplateError(f"The schedule {name} must invoke a function, with its event or a constant one.")
    event = target.get("Input")
    return Schedule(
        name=properties.get("Name", name),
        function=_function_in(target["Arn"]),
        period=int(rate["count"]) * _SECONDS[rate["unit"]],
        event=event if event is None or isinstance(event, str) else json.dumps(event),
    )


def _check_targets(name: str, properties: Mapping[str, Any]) -> None:
    for target in properties.get("Targets", []):
        _queue_in(target["Arn"], f"A target of the rule {name}")
        if target.keys() & _TRANSFORMS:
            raise TemplateError(f"The rule {name} changes events, which is not supported.")


def _queue_in(arn: str, what: str) -> str:
    """The name of the queue."""
    if not re.match(r"arn:[^:]*:sqs:", str(arn)):
        raise TemplateError(f"{what} is no queue: {arn}.")
    return str(arn).rpartition(":")[2]


def _function_in(arn_or_name: str) -> str:
    """The name of the function in its ARN, with or without a qualifier."""
    _, is_arn, rest = arn_or_name.partition(":function:")
    return (rest if is_arn else arn_or_name).partition(":")[0]
