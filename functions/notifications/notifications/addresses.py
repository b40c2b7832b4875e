"""Where a person's mail goes: what the event says, or else what auth says now."""

import json
import re
from functools import cache
from uuid import UUID

from notifications import settings
from notifications.facts import Facts, UserRegistered
from shopkit import context
from shopkit.clients import ServiceClient
from shopkit.errors import Unavailable

PATIENCE = 3.0
"""Seconds, so that one question without an answer leaves time for the other mails of a batch."""
FOUND, UNKNOWN = 200, 404
ONE_ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f,;<>@]+@[^\s\x00-\x1f\x7f,;<>@]+")
"""What can be neither two addresses nor an address and another header (CWE-93)."""


class NoAddressError(ValueError):
    """What stands for an address is none, or more than one."""

    def __init__(self) -> None:
        super().__init__("The account's e-mail address is not a single address.")


@cache
def auth() -> ServiceClient:
    return ServiceClient("auth", settings.auth_url(), caller="notifications")


async def address_for(facts: Facts) -> str | None:
    """The account's address; None where the account is gone or was switched off.

    Raises Unavailable and NoAddressError.
    """
    address = facts.email if isinstance(facts, UserRegistered) else await _address_of(facts.user_id)
    if address is not None and not ONE_ADDRESS.fullmatch(address):
        raise NoAddressError
    return address


async def _address_of(user_id: UUID) -> str | None:
    with context.no_longer_than(PATIENCE):
        answer = await auth().request("GET", f"/internal/users/{user_id}")
    if answer.status == UNKNOWN:
        return None
    if answer.status != FOUND:
        raise Unavailable("auth")
    account = json.loads(answer.body)
    email: str = account["email"]
    return email if account["is_active"] else None


def masked(address: str) -> str:
    """What may be logged of an address."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"
