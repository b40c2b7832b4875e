"""CloudFormation's intrinsic functions, resolved for one stack whose physical ids are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from localcloud.stack import ACCOUNT

NO_VALUE = object()
_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")


class TemplateError(Exception):
    """The template asks for something that does not exist or is not understood here."""


class Resolver:
    """Resolves values of a template.

    `references` gives what Ref returns by logical id or parameter, `attributes` what GetAtt returns by
    "LogicalId.Attribute". Raises TemplateError for what neither knows.
    """

    def __init__(
        self,
        template: Mapping[str, Any],
        references: Mapping[str, Any],
        attributes: Mapping[str, Any],
        region: str,
    ) -> None:
        self._conditions = template.get("Conditions", {})
        self._mappings = template.get("Mappings", {})
        self._references = _pseudo_parameters(region) | dict(references)
        self._attributes = attributes
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Condition": self.holds,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
            "Fn::Equals": self._equals,
            "Fn::Not": lambda operands: not self.value(operands[0]),
            "Fn::And": lambda operands: all(self.value(operand) for operand in operands),
            "Fn::Or": lambda operands: any(self.value(operand) for operand in operands),
        }

    def value(self, node: Any) -> Any:
        """The node with all intrinsic functions in it replaced by their results."""
        if isinstance(node, dict):
            if len(node) == 1:
                [(name, argument)] = node.items()
                if name in self._functions:
                    return self._functions[name](argument)
                if name.startswith("Fn::"):
                    raise TemplateError(f"{name} is not supported.")
            resolved = {key: self.value(item) for key, item in node.items()}
            return {key: item for key, item in resolved.items() if item is not NO_VALUE}
        if isinstance(node, list):
            return [item for item in map(self.value, node) if item is not NO_VALUE]
        return node

    def text(self, node: Any) -> str:
        """The node as CloudFormation hands scalars to resources."""
        value = self.value(node)
        return str(value).lower() if isinstance(value, bool) else str(value)

    def holds(self, condition: str) -> bool:
        if condition not in self._conditions:
            raise TemplateError(f"There is no condition {condition}.")
        return bool(self.value(self._conditions[condition]))

    def _ref(self, name: str) -> Any:
        if name not in self._references:
            raise TemplateError(f"Nothing here is called {name}.")
        return self._references[name]

    def _get_att(self, path: str | list[str]) -> Any:
        name = path if isinstance(path, str) else ".".join(path)
        if name not in self._attributes:
            raise TemplateError(f"Nothing here has the attribute {name}.")
        return self._attributes[name]

    def _sub(self, argument: str | list[Any]) -> str:
        text, given = (argument, {}) if isinstance(argument, str) else argument

        def replacement(match: re.Match[str]) -> str:
            is_literal, name = match.groups()
            if is_literal:
                return f"${{{name}}}"
            if name in given:
                return self.text(given[name])
            return str(self._get_att(name) if "." in name else self._ref(name))

        return _PLACEHOLDER.sub(replacement, text)

    def _join(self, argument: list[Any]) -> str:
        delimiter, parts = argument
        return str(delimiter).join(map(str, self.value(parts)))

    def _select(self, argument: list[Any]) -> Any:
        index, items = argument
        return self.value(items)[int(self.value(index))]

    def _split(self, argument: list[Any]) -> list[str]:
        delimiter, text = argument
        return self.text(text).split(delimiter)

    def _find_in_map(self, argument: list[Any]) -> Any:
        name, first, second = map(self.text, argument[:3])
        try:
            return self._mappings[name][first][second]
        except KeyError:
            raise TemplateError(f"The mapping {name} has no {first} → {second}.") from None

    def _if(self, argument: list[Any]) -> Any:
        condition, then, otherwise = argument
        return self.value(then if self.holds(condition) else otherwise)

    def _equals(self, operands: list[Any]) -> bool:
        left, right = map(self.text, operands)
        return left == right


def _pseudo_parameters(region: str) -> dict[str, Any]:
    return {
        "AWS::AccountId": ACCOUNT,
        "AWS::NoValue": NO_VALUE,
        "AWS::Partition": "aws",
        "AWS::Region": region,
        "AWS::StackId": f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/local/local",
        "AWS::StackName": "local",
        "AWS::URLSuffix": "amazonaws.com",
    }
