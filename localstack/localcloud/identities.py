"""What Ref and GetAtt return for resources whose names are known before they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from localcloud.intrinsics import TemplateError
from localcloud.stack import ACCOUNT, BUCKET, BUS, QUEUE, RULE, SENDER

_FUNCTION = "AWS::Lambda::Function"
_ALIAS = "AWS::Lambda::Alias"
_API = "AWS::ApiGatewayV2::Api"

Identity = dict[str, str]


class Identities:
    """`value` resolves a resource's own name, which can refer to parameters only; `aws_url` is where queues are.

    Raises TemplateError for a FIFO queue.
    """

    def __init__(self, value: Callable[[Any], Any], region: str, aws_url: str) -> None:
        self._value = value
        self._region = region
        self._aws_url = aws_url
        self._makers: dict[str, Callable[[str, Mapping[str, Any]], Identity]] = {
            _FUNCTION: lambda name, _: {"Ref": name, "Arn": self._arn("lambda", f"function:{name}")},
            _ALIAS: self._alias,
            _API: lambda name, _: {"Ref": name.lower()},
            BUCKET: self._bucket,
            QUEUE: self._queue,
            BUS: self._bus,
            RULE: lambda name, properties: {"Ref": self._named(properties, "Name", name)},
            SENDER: lambda name, properties: {"Ref": self._named(properties, "EmailIdentity", name)},
        }

    def of(self, resources: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Identity]]:
        """The identities by logical id."""
        for name, resource in resources.items():
            if maker := self._makers.get(resource["Type"]):
                yield name, maker(name, resource.get("Properties", {}))

    def _alias(self, _: str, properties: Mapping[str, Any]) -> Identity:
        function = properties["FunctionName"]["Ref"]
        return {"Ref": self._arn("lambda", f"function:{function}:{properties['Name']}")}

    def _bucket(self, name: str, properties: Mapping[str, Any]) -> Identity:
        bucket = self._named(properties, "BucketName", name.lower())
        return {
            "Ref": bucket,
            "Arn": f"arn:aws:s3:::{bucket}",
            "DomainName": f"{bucket}.s3.amazonaws.com",
            "RegionalDomainName": f"{bucket}.s3.{self._region}.amazonaws.com",
        }

    def _queue(self, name: str, properties: Mapping[str, Any]) -> Identity:
        if properties.get("FifoQueue", False):
            raise TemplateError(f"{name} is a FIFO queue, which is not supported.")
        queue = self._named(properties, "QueueName", name)
        url = f"{self._aws_url}/{ACCOUNT}/{queue}"
        return {"Ref": url, "QueueUrl": url, "QueueName": queue, "Arn": self._arn("sqs", queue)}

    def _bus(self, _: str, properties: Mapping[str, Any]) -> Identity:
        bus = str(self._value(properties["Name"]))
        return {"Ref": bus, "Name": bus, "Arn": self._arn("events", f"event-bus/{bus}")}

    def _named(self, properties: Mapping[str, Any], key: str, otherwise: str) -> str:
        return str(self._value(properties.get(key, otherwise)))

    def _arn(self, service: str, what: str) -> str:
        return f"arn:aws:{service}:{self._region}:{ACCOUNT}:{what}"
