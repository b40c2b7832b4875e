"""What pages ask of services on behalf of the visitor."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from gateway.session import Visitor
from shopkit.calls import Answer
from shopkit.clients import ServiceClient
from shopkit.errors import Forbidden, NotFound, ShopError, Unauthenticated

REFUSALS: Mapping[int, type[ShopError]] = {401: Unauthenticated, 403: Forbidden, 404: NotFound}


async def ask(
    service: ServiceClient,
    who: Visitor,
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    json_body: Any = None,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """What the service answers, where it is for the page to tell: 2xx, 402, 409, 412, 413 and 422.

    Raises Unauthenticated, Forbidden or NotFound as the service does, and Unavailable.
    """
    sent = {**who.authorization, **(headers or {})}
    if json_body is not None:
        sent["content-type"], body = "application/json", json.dumps(json_body).encode()
    answer = await service.request(method, path, query=urlencode(query or {}), headers=sent, body=body)
    if answer.status in REFUSALS:
        raise REFUSALS[answer.status]
    return answer
