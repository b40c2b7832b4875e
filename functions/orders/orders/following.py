"""Orders are followed until they are settled: what broke off is finished, what is not paid in time expires.

A reminder comes 60 s after each placing has begun, and then until the order is paid or cancelled; what it misses, the
sweep finds. What a plain nudge of the relay does not need is imported late.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from orders import attempts
from orders.domain import next_look
from shopkit.db import reading
from shopkit.events.reminders import remind
from shopkit.observability import logger

REMINDER = "order"
FIRST_LOOK = timedelta(seconds=60)
"""After placing has begun; whatever broke off is finished then."""
LONGEST_DELAY = timedelta(minutes=15)
"""SQS's limit."""
AT_ONCE = 100
"""How many a sweep finishes; what is left waits for the next."""

STATE = """
SELECT recovery_point <> 'finished' AS is_unfinished, status = 'created' AS is_unpaid,
       extract(epoch FROM expires_at - now())::float AS seconds
FROM orders WHERE id = %(id)s"""

OVERDUE = "SELECT id FROM orders WHERE status = 'created' AND expires_at <= now() ORDER BY expires_at LIMIT %(limit)s"


async def remind_of(order_id: UUID, *, after: timedelta) -> None:
    """Have the order looked after, some time from now."""
    await remind(REMINDER, {"order_id": str(order_id)}, after=after)


async def follow(data: dict[str, Any]) -> None:
    """Look after one order, and see to it that this happens again while it has to."""
    order_id = UUID(data["order_id"])
    await resume(order_id)
    await expire(order_id)
    if (again := await _next_look(order_id)) is not None:
        await remind_of(order_id, after=again)


async def sweep() -> dict[str, Any]:
    """Find and finish what no reminder has; how many of each, and how many of them failed."""
    stuck = await attempts.unfinished(limit=AT_ONCE)
    overdue = [row["id"] for row in await reading.fetch_all(OVERDUE, {"limit": AT_ONCE})]
    failed = await _each(stuck, resume) + await _each(overdue, expire)
    return {"resumed": len(stuck), "expired": len(overdue), "failed": failed}


async def resume(order_id: UUID) -> None:
    """Go on with placing the order, if nobody does and there is something left to do."""
    from orders import saga

    await saga.resume(order_id)


async def expire(order_id: UUID) -> None:
    """Cancel the order if it was not paid in time."""
    from orders import moving
    from shopkit.db.session import work

    async with work() as uow:
        await moving.expire(uow, order_id)


async def _each(order_ids: list[UUID], do: Callable[[UUID], Awaitable[None]]) -> int:
    """Do it with each, whatever becomes of the others; how many failed."""
    failed = 0
    for order_id in order_ids:
        try:
            await do(order_id)
        except Exception:  # noqa: BLE001  # the next sweep tries again
            failed += 1
            logger.exception("not swept", extra={"order_id": str(order_id)})
    return failed


async def _next_look(order_id: UUID) -> timedelta | None:
    """When to look again; None where all is settled, or nothing ever began."""
    state = await reading.fetch_one(STATE, {"id": order_id})
    if state is None:
        return None
    if state["is_unfinished"]:
        return FIRST_LOOK
    return next_look(state["seconds"], longest=LONGEST_DELAY) if state["is_unpaid"] else None
