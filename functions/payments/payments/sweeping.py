"""What no reminder has brought to an end, every 15 minutes, and after the queues have lost their messages."""

from datetime import UTC, datetime, timedelta

from payments import refunding, settling
from payments.repository import Payments, Refunds, WebhookEvents
from shopkit.db.session import work
from shopkit.idempotency import forget_old

MOST = 200
"""Of each kind in one sweep."""
WEBHOOKS_KEPT_FOR = timedelta(days=30)
"""Providers send a webhook again for some days, signed anew."""


async def sweep() -> dict[str, int]:
    """Look after all that is open, whatever its age, and forget what is old; how many were looked after."""
    async with work() as uow:
        payments = await Payments(uow).unsettled(MOST)
        refunds = await Refunds(uow).requested(MOST)
        await WebhookEvents(uow).forget(datetime.now(UTC) - WEBHOOKS_KEPT_FOR)
    for payment_id in payments:
        await settling.look({"payment": str(payment_id), "look": 0})
    for payment_id in refunds:
        await refunding.look({"payment": str(payment_id), "look": 0})
    return {"payments": len(payments), "refunds": len(refunds), "keys_forgotten": await forget_old()}
