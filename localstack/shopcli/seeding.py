"""Filling the catalogue through the shop's own public import."""

from pathlib import Path
from typing import Any

import requests

from shopcli import place, starting
from shopcli.progress import fail

DEMO = place.ROOT / "localstack" / "seed" / "products.csv"
SECONDS = 30


def is_empty(cloud: place.Cloud) -> bool:
    """Whether the shop has no products at all; hidden ones count, but are asked for only if no other is there."""
    return not (_some(cloud, requests.Session(), {}) or _some(cloud, _session(cloud), {"active": "all"}))


def load(cloud: place.Cloud, file: Path) -> dict[str, Any]:
    """Import a product CSV in Shopify's format; the import's report."""
    with file.open("rb") as content:
        answer = _session(cloud).post(
            f"{cloud.url}/catalog/imports",
            params={"dry_run": "false"},
            files={"file": (file.name, content, "text/csv")},
            timeout=SECONDS,
        )
    return _checked(answer)


def _some(cloud: place.Cloud, session: requests.Session, query: dict[str, str]) -> list[Any]:
    answer = session.get(f"{cloud.url}/catalog/products", params={"limit": "1", **query}, timeout=SECONDS)
    items: list[Any] = _checked(answer)["items"]
    return items


def _session(cloud: place.Cloud) -> requests.Session:
    """Signed in as the embedded place's administrator, with the token alone: we are no browser."""
    form = {"username": starting.ADMIN_EMAIL, "password": starting.ADMIN_PASSWORD}
    answer = requests.post(f"{cloud.url}/auth/login", data=form, timeout=SECONDS)
    if answer.status_code == requests.codes.unauthorized:
        fail(f"{starting.ADMIN_EMAIL} cannot sign in: has the password been changed? Import at /admin/import instead.")
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {_checked(answer)['access_token']}"
    return session


def _checked(answer: requests.Response) -> dict[str, Any]:
    if not answer.ok:
        fail(f"{answer.request.method} {answer.request.path_url} answered {answer.status_code}: {answer.text[:300]}")
    content: dict[str, Any] = answer.json()
    return content
