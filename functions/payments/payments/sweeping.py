"""What no reminder has brought to an end, every 15 minutes, and after the queues have lost their messages."""

from payments import refunding, settling
from payments.repository import Payments, Refunds
from shopkit.db.session import work

MOST = 200
"""Of each kind in one sweep."""


async def sweep() -> dict[str, int]:
    """Look after all that is open, whatever its age; how many were looked after."""
    async with work() as uow:
        payments = await Payments(uow).unsettled(MOST)
        refunds = await Refunds(uow).requested(MOST)
    for payment_id in payments:
        await settling.look({"payment": str(payment_id), "look": 0})
    for payment_id in refunds:
        await refunding.look({"payment": str(payment_id), "look": 0})
    return {"payments": len(payments), "refunds": len(refunds)}
