"""The shop's functions as a running shop starts them: command and variables, for processes beside its own."""

import json
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from factories.place import ROOT, RunningShop
from factories.waiting import wait_for
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


def restart(shop: RunningShop, function: str) -> None:
    """End the function's processes; what comes next starts another."""
    old = processes_of(shop, function)
    for pid in old:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not old & processes_of(shop, function))


def processes_of(shop: RunningShop, function: str) -> set[int]:
    return {pid for each in shop.status["functions"] if each["name"] == function for pid in each["pids"]}


def environment_of(function: Function) -> dict[str, str]:
    """The variables of its processes, and its code on Python's path, as Lambda's runtime client would see to."""
    given = variables(function)
    return {**given, "PYTHONPATH": f"{given['PYTHONPATH']}:{function.folder}", "PATH": "/usr/bin:/bin"}
