"""The runtime client for systems without a wheel of awslambdaric: the same loop on the Runtime API, pure Python.

Run as a script with the handler as its argument, so that nothing of localcloud is on the function's module path.
"""

from __future__ import annotations

import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_API = "/2018-06-01/runtime"


@dataclass(frozen=True)
class LambdaContext:
    """What a handler gets as its second argument."""

    aws_request_id: str
    invoked_function_arn: str
    _deadline_ms: int
    function_name: str = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    function_version: str = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "")
    memory_limit_in_mb: str = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    log_group_name: str = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME", "")
    log_stream_name: str = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
    client_context: None = None
    identity: None = None

    def get_remaining_time_in_millis(self) -> int:
        return max(0, self._deadline_ms - int(time.time() * 1000))


def main(handler_name: str) -> None:
    """Load the handler and serve invocations for ever."""
    sys.path.insert(0, str(Path.cwd()))
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a file, as localcloud starts us
    logging.basicConfig(format="[%(levelname)s]\t%(asctime)s\t%(message)s")
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = _load(handler_name)
    except Exception as error:  # whatever the function's module raises
        _post(api, "/init/error", _describe(error))
        raise
    while True:
        _serve_one(api, handler)


def _load(handler_name: str) -> Callable[[Any, LambdaContext], Any]:
    module, _, name = handler_name.rpartition(".")
    handler: Callable[[Any, LambdaContext], Any] = getattr(importlib.import_module(module.replace("/", ".")), name)
    return handler


def _serve_one(api: http.client.HTTPConnection, handler: Callable[[Any, LambdaContext], Any]) -> None:
    api.request("GET", f"{_API}/invocation/next")
    response = api.getresponse()
    event = response.read()
    request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
    os.environ["_X_AMZN_TRACE_ID"] = response.headers.get("Lambda-Runtime-Trace-Id", "")
    context = LambdaContext(
        request_id,
        response.headers["Lambda-Runtime-Invoked-Function-Arn"],
        int(response.headers["Lambda-Runtime-Deadline-Ms"]),
    )
    try:
        result = json.dumps(handler(json.loads(event), context)).encode()
    except Exception as error:  # noqa: BLE001 - whatever the function raises is its answer
        traceback.print_exc()
        _post(api, f"/invocation/{request_id}/error", _describe(error))
    else:
        _post(api, f"/invocation/{request_id}/response", result)


def _post(api: http.client.HTTPConnection, path: str, body: bytes) -> None:
    api.request("POST", _API + path, body, {"Content-Type": "application/json"})
    api.getresponse().read()


def _describe(error: Exception) -> bytes:
    stack = traceback.format_list(traceback.extract_tb(error.__traceback__))
    return json.dumps({"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": stack}).encode()


if __name__ == "__main__":
    main(sys.argv[1])
