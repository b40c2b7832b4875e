"""A shop whose template, or whose parameters, are other ones than ./shop up takes."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from conftest import free_port
from factories.place import ROOT, RunningShop
from factories.waiting import wait_for
from shopcli import assets
from shopcli.starting import parameters

START_SECONDS, MIGRATE_SECONDS = 90, 120


@contextmanager
def custom_shop(
    state: Path, differently: Mapping[str, str], template: Path = ROOT / "template.yaml"
) -> Iterator[RunningShop]:
    """It has no products. `differently` are parameters of the template; the place's addresses may stand in braces."""
    assets.build()
    command = [sys.executable, "-m", "localcloud", "--lifeline", "--template", str(template), "--state", str(state)]
    command += ["--port", str(free_port())]
    for name, value in {**parameters(), **differently}.items():
        command += ["--parameter", f"{name}={value}"]
    with subprocess.Popen(
        command, env={"PYTHONPATH": str(ROOT / "localstack"), "PATH": "/usr/bin:/bin"}, stdin=subprocess.PIPE
    ) as process:
        try:
            shop = RunningShop(state)
            wait_for(lambda: _is_ready(shop, process), START_SECONDS)
            _migrate(shop)
            yield shop
        finally:
            process.terminate()


def invoke(lambdas: httpx.Client, function: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """What a function answers."""
    answer = lambdas.post(f"/2015-03-31/functions/{function}/invocations", json=dict(event))
    assert "x-amz-function-error" not in answer.headers, answer.text
    told: dict[str, Any] = answer.json()
    return told


def _is_ready(shop: RunningShop, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "The embedded place ended at once."
    return (shop.state / "run" / "cloud.json").exists()


def _migrate(shop: RunningShop) -> None:
    names = [name for name in shop.facts["functions"] if name.endswith("MigrateFunction")]
    with (
        ThreadPoolExecutor() as pool,
        httpx.Client(base_url=shop.facts["invoke_url"], timeout=MIGRATE_SECONDS) as lambdas,
    ):
        list(pool.map(lambda name: invoke(lambdas, name, {}), names))
