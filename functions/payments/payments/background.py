"""What the relay entry runs besides publishing, each imported when it comes to that: a plain nudge needs none of it."""

from datetime import timedelta
from typing import Any

from shopkit.db.forgetting import Kept

WEBHOOKS = Kept("webhook_events", "received_at", timedelta(days=30))
"""Providers send a webhook again for some days, signed anew."""


async def look_at_payment(reminder: dict[str, Any]) -> None:
    from payments import settling

    await settling.look(reminder)


async def look_at_refund(reminder: dict[str, Any]) -> None:
    from payments import refunding

    await refunding.look(reminder)


async def sweep() -> dict[str, int]:
    from payments import sweeping

    return await sweeping.sweep()


async def reconcile(command: dict[str, Any]) -> dict[str, Any]:
    from payments import reconciling

    return await reconciling.reconcile(command)
