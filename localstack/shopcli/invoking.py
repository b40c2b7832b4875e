"""Invoking the shop's functions by name, as its operators do."""

import json
from typing import Any

import requests

from shopcli import place
from shopcli.progress import fail


def invoke(cloud: place.Cloud, function: str, event: dict[str, Any], seconds: float) -> Any:
    """What the function answers; a function that fails ends the command with one sentence."""
    url = f"{cloud.invoke_url}/2015-03-31/functions/{function}/invocations"
    answer = requests.post(url, data=json.dumps(event), timeout=seconds)
    result = json.loads(answer.content)
    if "X-Amz-Function-Error" in answer.headers or not answer.ok:
        told = result.get("errorMessage") or result.get("Message") or answer.text
        fail(f"{function} failed: {told} (./shop logs {function} has the rest)")
    return result
