"""Who signs in brings along what he has put aside as a guest, and is told so once."""

import json
import re
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from gateway import badge, cookies, guests, services
from shopkit import context
from shopkit.errors import Unavailable

NOTE = "cart_merged"
"""The cookie in which the news waits for the next page."""
NOTE_FORGOTTEN = cookies.forgotten(NOTE)
WRITTEN = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})")
PATIENCE = 2.0
"""Seconds for which a page waits; where cart does not answer, a guest's cart comes along with the next page."""
OK = 200


@dataclass(frozen=True, slots=True)
class Merged:
    """How many products came into the shopper's cart, and of how many not all did."""

    added: int
    capped: int


async def bring_along(request: Request, authorization: dict[str, str]) -> list[str]:
    """Move the guest's cart into that of the shopper whom `authorization` names: lines of Set-Cookie that follow.

    Cart does it once, whatever is repeated; and there are none where it does not answer.
    """
    guest = await guests.named_in(request)
    cart = await _told("POST", "/merge", authorization, {"from": guests.owner(guest)}) if guest else None
    if cart is None:
        return []
    return [guests.FORGOTTEN, badge.cookie_for(request, cart["count"]), *_note(request, Merged(**cart["merged"]))]


async def look_up(request: Request, authorization: dict[str, str]) -> list[str]:
    """How much the shopper has in his cart already, as a line of Set-Cookie; none where cart does not answer."""
    told = await _told("GET", "/count", authorization)
    return [] if told is None else [badge.cookie_for(request, told["count"])]


async def _told(
    method: str, operation: str, authorization: dict[str, str], wanted: dict[str, str] | None = None
) -> dict[str, Any] | None:
    headers = {**authorization, "content-type": "application/json"}
    try:
        with context.no_longer_than(PATIENCE):
            answer = await services.cart().request(
                method, f"/cart{operation}", headers=headers, body=json.dumps(wanted).encode() if wanted else b""
            )
    except Unavailable:
        return None
    told: dict[str, Any] | None = json.loads(answer.body) if answer.status == OK else None
    return told


def _note(request: Request, merged: Merged) -> list[str]:
    if not merged.added and not merged.capped:
        return []
    request.state.cart_merged = merged
    return [cookies.line(request, NOTE, f"{merged.added}.{merged.capped}")]


def news_in(request: Request) -> Merged | None:
    """What is still to be told of a cart that was brought along."""
    just_now: Merged | None = getattr(request.state, NOTE, None)
    before = WRITTEN.fullmatch(request.cookies.get(NOTE, ""))
    return just_now or (Merged(int(before[1]), int(before[2])) if before else None)
