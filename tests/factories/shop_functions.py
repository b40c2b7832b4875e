"""The shop's functions as a running shop starts them: command and variables, for processes beside its own."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from factories.place import ROOT
from localcloud.kept import PROVISIONED
from localcloud.launch import variables
from localcloud.stack import Function
from localcloud.template import Template
from shopcli.starting import parameters

REGION = "eu-central-1"


def functions_of(state: Path, facts: Mapping[str, Any]) -> Mapping[str, Function]:
    """By name, with everything that refers to something else filled in; `state` is the running shop's folder."""
    provisioned = json.loads((state / "aws" / PROVISIONED).read_text())
    physical = {name: about["physical"] for name, about in provisioned.items()}
    addresses = {**facts, **{f"postgres_{name}": value for name, value in facts["postgres"].items()}}
    values = {name: value.format_map(addresses) for name, value in parameters().items()}
    template = Template(ROOT / "template.yaml", values, REGION, state, facts["aws_url"])
    return template.stack(physical).functions


def environment_of(function: Function) -> dict[str, str]:
    """The variables of its processes, and its code on Python's path, as Lambda's runtime client would see to."""
    given = variables(function)
    return {**given, "PYTHONPATH": f"{given['PYTHONPATH']}:{function.folder}", "PATH": "/usr/bin:/bin"}
