"""`./shop bench coldstart`: import and first real request, against the plainest function one would write."""

import json
import os
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from rich.progress import track

from shopcli import databases, place, starting
from shopcli.bench import layer, stage
from shopcli.bench.report import Series, tell
from shopcli.own_shop import own_shop
from shopcli.progress import console, fail

PROBE = Path(__file__).with_name("probe.py")
REFERENCE = place.ROOT / "tests" / "load" / "reference"
STANDARD = ("PATH", "LANG", "HOME")


@dataclass(frozen=True)
class Case:
    """A handler, the packages and variables that it runs with, and its first event."""

    name: str
    target: str
    path: list[Path]
    variables: dict[str, str]
    event: dict[str, Any]


def run(rounds: int, *, as_json: bool) -> None:
    """Measure all cases in turn, `rounds` times after one that only fills the caches, and tell."""
    python = layer.interpreter()
    with own_shop() as shop:
        cloud = shop.cloud
        cases = _cases(cloud)
        seen: dict[str, list[float]] = {case.name: [] for case in cases}
        for number in track(range(rounds + 1), "Cold starts", console=console, transient=True):
            for case in cases:
                milliseconds = _measure(python, case)
                if number:
                    seen[case.name].append(milliseconds)
    baseline, *others = (Series(name, figures) for name, figures in seen.items())
    tell("Cold start: import and first real request", "ms", baseline, others, as_json=as_json)


def _cases(cloud: place.Cloud) -> list[Case]:
    catalog = stage.variables_of(cloud, "CatalogFunction")
    sign_in = f"username={quote(starting.ADMIN_EMAIL)}&password={quote(starting.ADMIN_PASSWORD)}"
    address = databases.address(cloud, catalog).replace("postgresql://", "postgresql+psycopg://")
    reference = {"DATABASE_URL": address}
    return [
        Case("reference: list of 24", "app:handler", [REFERENCE], reference, _event("GET", "/products")),
        _case(cloud, "catalog: list of 24", "catalog", _event("GET", "/catalog/products")),
        _case(cloud, "auth: sign-in", "auth", _event("POST", "/auth/login", sign_in)),
        _case(cloud, "gateway: /", "gateway", _event("GET", "/")),
    ]


def _case(cloud: place.Cloud, name: str, service: str, event: dict[str, Any]) -> Case:
    folders = [place.ROOT / "functions" / service, place.ROOT / "layers" / "shopkit"]
    variables = stage.variables_of(cloud, f"{service.title()}Function")
    return Case(name, f"{service}.handler:http", folders, variables, event)


def _measure(python: Path, case: Case) -> float:
    environment = {name: os.environ[name] for name in STANDARD if name in os.environ}
    environment |= case.variables
    environment["PYTHONPATH"] = os.pathsep.join(map(str, case.path))
    done = subprocess.run(
        [str(python), "-P", str(PROBE), case.target, "/dev/stdin"],
        input=json.dumps(case.event),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        fail(f"{case.name} failed:\n{done.stderr}")
    result = json.loads(done.stdout.splitlines()[-1])
    if result["status"] != requests.codes.ok:
        fail(f"{case.name} answered {result['status']}:\n{done.stdout}")
    return float(result["total_ms"])


def _event(method: str, path: str, body: str = "") -> dict[str, Any]:
    headers = {"host": "shop.test", "accept": "*/*", "content-length": str(len(body))}
    if body:
        headers["content-type"] = "application/x-www-form-urlencoded"
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "apiId": "bench",
            "domainName": "shop.test",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": ""},
            "requestId": str(uuid.uuid4()),
            "stage": "$default",
        },
        "body": body,
        "isBase64Encoded": False,
    }
