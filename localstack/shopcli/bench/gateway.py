"""`./shop bench gateway`: the whole embedded path against the catalog app alone under uvicorn."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from rich.progress import track

from localcloud.state import free_port
from shopcli import place
from shopcli.bench import stage
from shopcli.bench.report import Series, tell
from shopcli.own_shop import own_shop
from shopcli.progress import console, fail

CLIENTS, SECONDS = 8, 4.0
SAM = "http://127.0.0.1:3000"
"""Where `sam local start-api` listens by default; measured beside the others if it answers."""


def run(rounds: int, *, as_json: bool) -> None:
    """Alternate between the baseline and the others, `rounds` times, and tell."""
    with own_shop() as shop, _catalog_alone(shop.cloud) as alone:
        cloud = shop.cloud
        places = {
            "catalog alone: uvicorn, one worker": f"{alone}/catalog/products",
            "embedded: front, gateway, catalog": f"{cloud.url}/api/products",
            "embedded: front, catalog": f"{cloud.url}/catalog/products",
        }
        if _answers(f"{SAM}/health"):
            places["sam local: gateway, catalog"] = f"{SAM}/api/products"
        for url in places.values():
            _load(url, 1.0)
        seen: dict[str, list[float]] = {name: [] for name in places}
        for _ in track(range(rounds), "Rounds", console=console, transient=True):
            for name, url in places.items():
                seen[name].append(_load(url, SECONDS))
    baseline, *others = (Series(name, figures) for name, figures in seen.items())
    tell(f"GET products, {CLIENTS} clients", "requests/s", baseline, others, as_json=as_json)


@contextmanager
def _catalog_alone(cloud: place.Cloud) -> Iterator[str]:
    port = free_port()
    folders = [place.ROOT / "functions" / "catalog", place.ROOT / "layers" / "shopkit"]
    environment = {**os.environ, **stage.variables_of(cloud, "CatalogFunction")}
    environment["PYTHONPATH"] = os.pathsep.join(map(str, folders))
    command = [sys.executable, "-m", "uvicorn", "catalog.app:app", "--port", str(port), "--no-access-log"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            until = time.monotonic() + 20
            while not _answers(f"{url}/catalog/health"):
                if process.poll() is not None or time.monotonic() > until:
                    fail("The catalog app did not start under uvicorn.")
                time.sleep(0.05)
            yield url
        finally:
            process.terminate()
            process.wait()


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def _load(url: str, seconds: float) -> float:
    command = [sys.executable, "-m", "shopcli.bench.load", url, str(CLIENTS), str(seconds)]
    environment = {**os.environ, "PYTHONPATH": str(Path(place.ROOT) / "localstack")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        fail(f"The load on {url} failed: {done.stderr.splitlines()[-1]}")
    return float(done.stdout)
