"""Running the functions that bring each service's tables up to date."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from shopcli import place
from shopcli.progress import fail

SUFFIX = "MigrateFunction"
SECONDS = 300


def migrate(cloud: place.Cloud) -> dict[str, Any]:
    """Invoke every function named *MigrateFunction; what each answered, by name."""
    names = [name for name in cloud.functions if name.endswith(SUFFIX)]
    with ThreadPoolExecutor() as pool:
        return dict(zip(names, pool.map(lambda name: _invoke(cloud, name), names), strict=True))


def _invoke(cloud: place.Cloud, function: str) -> Any:
    answer = requests.post(
        f"{cloud.invoke_url}/2015-03-31/functions/{function}/invocations", data=b"{}", timeout=SECONDS
    )
    result = json.loads(answer.content)
    if "X-Amz-Function-Error" in answer.headers or not answer.ok:
        told = result.get("errorMessage") or result.get("Message") or answer.text
        fail(f"{function} failed: {told} (./shop logs {function} has the rest)")
    return result
