"""Publishers, consumers, rules and docs/events.md agree on every event."""

import ast
import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from samtranslator.yaml_helper import yaml_parse

from notifications.mails import OCCASIONS
from shopkit.events.facts import Fact

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "events.md").read_text()

Pair = tuple[str, str]
"""A type of event, and a service that it concerns."""


def published() -> dict[str, tuple[str, type[Fact]]]:
    """By type: who publishes it, and its model."""
    facts = {}
    for file in sorted(ROOT.glob("functions/*/*/events.py")):
        service = file.parent.name
        for model in vars(import_module(f"{service}.events")).values():
            if isinstance(model, type) and issubclass(model, Fact) and model is not Fact:
                assert model.type not in facts, f"{model.type} has two publishers"
                facts[model.type] = service, model
    return facts


def subscriptions() -> set[Pair]:
    """What the rules of the template lead to whom."""
    resources: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]
    return {
        (event_type, name.removesuffix("Rule").lower())
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Events::Rule"
        for event_type in resource["Properties"]["EventPattern"]["detail-type"]
    }


def reactions() -> dict[Pair, Callable[..., Any]]:
    """What consumers other than notifications, which answers by a table of mails, do at which event."""
    return {
        (event_type, file.parent.name): reaction
        for file in sorted(ROOT.glob("functions/*/*/reactions.py"))
        for event_type, reaction in import_module(f"{file.parent.name}.reactions").REACTIONS.items()
    }


FACTS = published()
SUBSCRIPTIONS = sorted(subscriptions())
REACTIONS = reactions()


@pytest.mark.parametrize("event_type", FACTS)
class TestPublisher:
    def test_example_is_what_it_publishes(self, event_type: str) -> None:
        _, model = FACTS[event_type]
        assert model.model_validate(model.EXAMPLE).model_dump(mode="json") == model.EXAMPLE

    def test_is_documented(self, event_type: str) -> None:
        service, model = FACTS[event_type]
        publisher, data, consumers = documented()[event_type]
        assert publisher == service
        assert data == set(model.model_fields)
        assert consumers == {consumer for kind, consumer in SUBSCRIPTIONS if kind == event_type}


def test_nothing_else_is_documented() -> None:
    assert documented().keys() == FACTS.keys()


@pytest.mark.parametrize(("event_type", "consumer"), SUBSCRIPTIONS)
class TestConsumer:
    def test_somebody_publishes_it(self, event_type: str, consumer: str) -> None:
        assert event_type in FACTS
        assert FACTS[event_type][0] != consumer

    def test_reads_what_is_published(self, event_type: str, consumer: str) -> None:
        _, fact = FACTS[event_type]
        models, keys = what_is_read(event_type, consumer)
        assert models or keys
        assert keys <= set(fact.model_fields)
        for model in models:
            assert model.model_validate(fact.EXAMPLE)
            assert model.model_validate_json(json.dumps(fact.EXAMPLE))
            assert set(model.model_fields) <= set(fact.model_fields)
            always_there = {name for name, field in fact.model_fields.items() if field.is_required()}
            assert {name for name, field in model.model_fields.items() if field.is_required()} <= always_there


def test_consumers_react_to_what_the_rules_bring() -> None:
    reacting = {*REACTIONS, *((event_type, "notifications") for event_type in OCCASIONS)}
    assert reacting == set(SUBSCRIPTIONS)


def test_every_documented_reaction_exists() -> None:
    assert {(row[0].strip("`"), row[1]) for row in table("What consumers do")} == set(SUBSCRIPTIONS)


def what_is_read(event_type: str, consumer: str) -> tuple[list[type[BaseModel]], set[str]]:
    """The models that a consumer makes of an event's data, and the keys that it takes out of them itself."""
    if consumer == "notifications":
        return [OCCASIONS[event_type].facts], set()
    reaction = REACTIONS[event_type, consumer]
    names = vars(inspect.getmodule(reaction))
    body = list(_body(reaction, names))
    return list(_models(body, names)), set(_keys(body))


def _body(function: Callable[..., Any], names: Mapping[str, Any]) -> Iterator[ast.AST]:
    """All that a function is made of, with the functions of its own module that it calls."""
    for node in ast.walk(ast.parse(inspect.getsource(function))):
        yield node
        match node:
            case ast.Call(func=ast.Name(id=name)) if getattr(names.get(name), "__module__", "") == names["__name__"]:
                yield from _body(names[name], names)


def _models(body: list[ast.AST], names: Mapping[str, Any]) -> Iterator[type[BaseModel]]:
    for node in body:
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="model_validate"),
                args=[ast.Attribute(value=ast.Name(id="event"), attr="data")],
            ):
                yield names[name]


def _keys(body: list[ast.AST]) -> Iterator[str]:
    for node in body:
        match node:
            case ast.Subscript(
                value=ast.Attribute(value=ast.Name(id="event"), attr="data"), slice=ast.Constant(value=str(key))
            ):
                yield key


def documented() -> dict[str, tuple[str, set[str], set[str]]]:
    """By type, as docs/events.md has it: the publisher, the data's fields, and the consumers."""
    return {
        event_type.strip("`"): (publisher, set(re.findall(r"`(\w+)`", data)), set(consumers.split(", ")) - {"none"})
        for event_type, publisher, _, data, consumers in table("Who tells what")
    }


def table(heading: str) -> list[list[str]]:
    """The rows of the table under a heading."""
    section = DOCUMENT.partition(f"## {heading}")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
