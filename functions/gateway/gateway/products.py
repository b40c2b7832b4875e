"""Products as the administration works on them: catalog, asked on behalf of the visitor."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway import asking, services
from gateway.session import Visitor
from shopkit.calls import Answer

ETAG = re.compile(r'"[\x21\x23-\x7e]*"')
"""RFC 9110 §8.8.3."""
OF_NO_VERSION = '""'


@dataclass(frozen=True, slots=True)
class Product:
    """A product as catalog has it, and the tag of this version."""

    facts: dict[str, Any]
    etag: str


async def ask(who: Visitor, method: str, path: str, **sent: Any) -> Answer:
    """What catalog answers; as `asking.ask`."""
    return await asking.ask(services.catalog(), who, method, f"/catalog{path}", **sent)


async def find(who: Visitor, product_id: str) -> Product:
    """Raises NotFound."""
    answer = await ask(who, "GET", f"/products/{product_id}")
    return Product(json.loads(answer.body), answer.headers["etag"])


async def categories(who: Visitor) -> list[dict[str, Any]]:
    """All of them, as `{slug, name}`."""
    answer = await ask(who, "GET", "/categories")
    found: list[dict[str, Any]] = json.loads(answer.body)["items"]
    return found


async def movements(who: Visitor, product_id: str) -> list[dict[str, Any]]:
    """The product's latest stock movements."""
    answer = await ask(who, "GET", f"/products/{product_id}/stock", query={"limit": "10"})
    found: list[dict[str, Any]] = json.loads(answer.body)["items"]
    return found


async def change(who: Visitor, product_id: str, changes: Mapping[str, Any], *, etag: str = "") -> Answer:
    """With an `etag` only that version is changed: 412 otherwise, for what is no tag, too."""
    headers = {"if-match": etag if ETAG.fullmatch(etag) else OF_NO_VERSION} if etag else {}
    return await ask(who, "PATCH", f"/products/{product_id}", json_body=changes, headers=headers)


async def move_stock(who: Visitor, product_id: str, delta: int, reason: str) -> Answer:
    return await ask(who, "POST", f"/products/{product_id}/stock", json_body={"delta": delta, "reason": reason})
