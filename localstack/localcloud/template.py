"""Reads a SAM template: first what must be provided, then, with its physical ids, functions and routes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from localcloud.identities import Identities
from localcloud.intrinsics import Resolver, TemplateError
from localcloud.stack import Asynchronous, Function, Resource, Route, Stack
from localcloud.transform import LOCAL, transform
from localcloud.wiring import Wiring

_FUNCTION = "AWS::Lambda::Function"
_ALIAS = "AWS::Lambda::Alias"
_LAYER = "AWS::Lambda::LayerVersion"
_API = "AWS::ApiGatewayV2::Api"
_METHODS = {
    "x-amazon-apigateway-any-method": "ANY",
    **{method: method.upper() for method in ("get", "put", "post", "delete", "options", "head", "patch", "trace")},
}
_FUNCTION_IN_URI = re.compile(r":function:([^:/]+)")

PhysicalIds = Mapping[str, Mapping[str, str]]


class Template:
    """A SAM template with its parameters; `aws_url` is where its queues will be.

    Raises TemplateError for parameters that it does not declare, that lack a value or are not allowed.
    """

    def __init__(self, file: Path, parameters: Mapping[str, str], region: str, cache: Path, aws_url: str) -> None:
        self._folder = file.absolute().parent
        self._region = region
        self._aws_url = aws_url
        self._document = transform(file, parameters, region, cache)
        self._parameters = _parameter_values(self._document.get("Parameters", {}), parameters)

    def declared(self, types: Collection[str]) -> dict[str, Resource]:
        """The resources of these types by logical id. They may refer to whatever `identities` knows."""
        resolver = self._resolver({})
        return {
            name: Resource(resource["Type"], resolver.value(resource.get("Properties", {})))
            for name, resource in self._resources.items()
            if resource["Type"] in types
        }

    def stack(self, physical: PhysicalIds) -> Stack:
        """The functions and what invokes them. `physical` gives Ref, Arn and other attributes by logical id."""
        resolver = self._resolver(physical)
        wiring = Wiring(self._resources, resolver.value)
        aliases, asynchronous = self._aliases(resolver), wiring.asynchronous()
        functions = {
            name: replace(
                self._function(name, resource, resolver),
                aliases=aliases.get(name, frozenset()),
                asynchronous=asynchronous.get(name, Asynchronous()),
            )
            for name, resource in self._of_type(_FUNCTION).items()
        }
        routes = tuple(
            route
            for resource in self._of_type(_API).values()
            for route in _routes(resolver.value(resource["Properties"].get("Body", {})))
        )
        return Stack(functions, routes, wiring.sources(), wiring.schedules())

    @cached_property
    def _resources(self) -> dict[str, dict[str, Any]]:
        """The resources whose condition holds."""
        conditions = Resolver(self._document, self._parameters, {}, self._region)
        return {
            name: resource
            for name, resource in self._document.get("Resources", {}).items()
            if "Condition" not in resource or conditions.holds(resource["Condition"])
        }

    def _of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        return {name: resource for name, resource in self._resources.items() if resource["Type"] == kind}

    def _resolver(self, physical: PhysicalIds) -> Resolver:
        named = Resolver(self._document, self._parameters, {}, self._region)
        known = dict(Identities(named.value, self._region, self._aws_url).of(self._resources)) | dict(physical)
        references = self._parameters | {name: ids["Ref"] for name, ids in known.items()}
        attributes = {f"{name}.{attribute}": value for name, ids in known.items() for attribute, value in ids.items()}
        return Resolver(self._document, references, attributes, self._region)

    def _aliases(self, resolver: Resolver) -> dict[str, frozenset[str]]:
        aliases: dict[str, frozenset[str]] = {}
        for resource in self._of_type(_ALIAS).values():
            function = resolver.text(resource["Properties"]["FunctionName"])
            aliases[function] = aliases.get(function, frozenset()) | {resource["Properties"]["Name"]}
        return aliases

    def _function(self, name: str, resource: dict[str, Any], resolver: Resolver) -> Function:
        wanted = ("Handler", "Runtime", "Timeout", "MemorySize", "ReservedConcurrentExecutions", "LoggingConfig")
        raw = resource["Properties"]
        properties = resolver.value({key: raw[key] for key in wanted if key in raw})
        variables = resolver.value(raw.get("Environment", {}).get("Variables", {}))
        reserved = properties.get("ReservedConcurrentExecutions")
        return Function(
            name=name,
            handler=properties["Handler"],
            folder=self._local_folder(name, raw["Code"]),
            layers=tuple(self._layers(resolver.value, raw.get("Layers", []))),
            variables={key: resolver.text(value) for key, value in variables.items()},
            timeout=float(properties.get("Timeout", Function.timeout)),
            memory=int(properties.get("MemorySize", Function.memory)),
            reserved_concurrency=None if reserved is None else int(reserved),
            runtime=properties.get("Runtime", Function.runtime),
            logging=properties.get("LoggingConfig", {}),
            region=self._region,
        )

    def _layers(self, value: Any, layers: list[Any]) -> list[Path]:
        """The folders of local layers; a packaged one keeps its modules in `python/` as AWS wants it."""
        folders = []
        for layer in layers:
            name = layer.get("Ref") if isinstance(layer, dict) else None
            if name not in self._resources or self._resources[name]["Type"] != _LAYER:
                raise TemplateError(f"Only layers of this template can be used, not {value(layer)}.")
            folder = self._local_folder(name, self._resources[name]["Properties"]["Content"])
            packaged = folder / "python"
            folders.append(packaged if packaged.is_dir() else folder)
        return folders

    def _local_folder(self, name: str, content: Mapping[str, Any]) -> Path:
        if content.get("S3Bucket") != LOCAL:
            raise TemplateError(f"The code of {name} is not in a local folder.")
        return self._folder.joinpath(content["S3Key"]).resolve()


def _parameter_values(declared: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    unknown = given.keys() - declared.keys()
    if unknown:
        raise TemplateError(f"The template has no parameter {', '.join(sorted(unknown))}.")
    return {name: _parameter_value(name, about, given.get(name)) for name, about in declared.items()}


def _parameter_value(name: str, about: Mapping[str, Any], given: str | None) -> Any:
    value = about.get("Default") if given is None else given
    if value is None:
        raise TemplateError(f"The parameter {name} needs a value.")
    if value not in about.get("AllowedValues", [value]):
        raise TemplateError(f"{name} cannot be {value}.")
    if not re.fullmatch(about.get("AllowedPattern", ".*"), str(value), re.DOTALL):
        raise TemplateError(f"{name} cannot be {value}.")
    is_list = about["Type"] == "CommaDelimitedList" or about["Type"].startswith("List<")
    return [item.strip() for item in str(value).split(",")] if is_list else str(value)


def _routes(body: Mapping[str, Any]) -> list[Route]:
    return [
        _route("$default" if path == "$default" else f"{_METHODS[method]} {path}", operation)
        for path, operations in body.get("paths", {}).items()
        for method, operation in operations.items()
        if method in _METHODS
    ]


def _route(key: str, operation: Mapping[str, Any]) -> Route:
    integration = operation.get("x-amazon-apigateway-integration", {})
    function = _FUNCTION_IN_URI.search(str(integration.get("uri", "")))
    if function is None or integration.get("payloadFormatVersion") != "2.0":
        raise TemplateError(f"The route {key} leads to no function with payload format 2.0.")
    return Route(key, function[1], timeout=int(integration.get("timeoutInMillis", 30_000)) / 1000)
