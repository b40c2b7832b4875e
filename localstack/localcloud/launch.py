"""How a function's process is started: AWS's runtime client with the variables that Lambda gives, no others."""

from __future__ import annotations

import importlib.util
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from localcloud.processes import Command
from localcloud.stack import LATEST, Function

# What any AWS client wants to have; the emulators accept everything.
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_SESSION_TOKEN": "local",
}
# Where there is no wheel of AWS's client; -P keeps this folder off the function's module path.
OWN_CLIENT = ("-P", str(Path(__file__).with_name("runtime_client.py")))


def command(function: Function, runtime_api_port: int, instance: str) -> Command:
    """The command of a new environment of the function."""
    own = {
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{datetime.now(UTC):%Y/%m/%d}/[{LATEST}]{instance}",
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{runtime_api_port}",
    }
    return Command(
        argv=(sys.executable, *_client(), function.handler), env=variables(function) | own, cwd=function.folder
    )


def variables(function: Function) -> dict[str, str]:
    """What all environments of a function are given: the template's variables and those that Lambda defines.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    AWS_EXECUTION_ENV is left out, as it is for container images: with it, awslambdaric starts a thread for every
    invocation, which doubles what a short one costs.
    """
    return {
        **_CREDENTIALS,
        **dict(function.variables),
        **_logging(function),
        "AWS_DEFAULT_REGION": function.region,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": LATEST,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_REGION": function.region,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": str(function.folder),
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "PYTHONPATH": os.pathsep.join(map(str, function.layers)),
        "TZ": ":UTC",
        "_HANDLER": function.handler,
    }


def _client() -> tuple[str, ...]:
    return ("-m", "awslambdaric") if importlib.util.find_spec("awslambdaric") else OWN_CLIENT


def _logging(function: Function) -> dict[str, str]:
    if function.logging.get("LogFormat") != "JSON":
        return {}
    level = function.logging.get("ApplicationLogLevel", "INFO")
    return {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": level}
