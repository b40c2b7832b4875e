"""Placing an order, step by step, from wherever it broke off.

| recovery point | what is sure | what is next |
|---|---|---|
| `begun` | the cart's lines are kept; nobody sees an order | reserve, then decide: created, or refused |
| `created` | the order is there, with its fact and its answer | empty the cart, if it is still the same |
| `refused` | it never will be; the refusal is the answer | let go what is reserved, or may come to be |
| `finished` | all | nothing |

Each step either is one transaction or may be repeated. Two who work on the same attempt do no harm: the transaction
that decides it asks whether it is still undecided, and the other gives way.
"""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from orders import attempts, carts, reservations, settings
from orders.attempts import Attempt
from orders.domain import Line, RecoveryPoint, Totals, in_cart_order, price_changes, totals
from orders.errors import OutOfStock, PlacingGivenUp, PriceChanged, TotalTooLarge
from orders.outcomes import Outcome, kept_under, refused
from shopkit import context, idempotency, money
from shopkit.db.session import work
from shopkit.errors import Conflict, Unavailable
from shopkit.idempotency import StillRunning
from shopkit.observability import logger

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

LONGEST = 20.0
"""Seconds that a function works at the most; nobody works beyond its lease."""
PATIENCE_AFTERWARDS = 1.0
"""Seconds that an answer may be kept waiting for what can as well be done later."""
REFUSALS = (OutOfStock, PriceChanged, TotalTooLarge, PlacingGivenUp)


def lease() -> timedelta:
    """For how long whoever begins now may work."""
    return timedelta(seconds=context.seconds_left(LONGEST) + 1)


async def decide(attempt: Attempt) -> Outcome:
    """Go on from `begun`. Raises Unavailable where others cannot be asked, and StillRunning where others decided."""
    try:
        lines, costs = await _offer(attempt)
    except REFUSALS as refusal:
        return await refuse(attempt, refusal)
    return await _create(attempt, lines, costs)


async def refuse(attempt: Attempt, refusal: Conflict) -> Outcome:
    """Let the attempt end with this answer. Raises StillRunning where others decided."""
    from orders.repository import Orders

    outcome = refused(refusal)
    async with work() as uow:
        if not await Orders(uow).reject(attempt.id):
            raise StillRunning
        await _keep(uow, attempt, outcome)
    await tidy_now(replace(attempt, recovery_point=RecoveryPoint.refused))
    return outcome


async def give_up(attempt: Attempt) -> None:
    """Refuse what has taken too long, even if its key has another answer by now, or was forgotten.

    Raises StillRunning where others decided.
    """
    try:
        await refuse(attempt, PlacingGivenUp())
    except StillRunning:
        await refuse(replace(attempt, key=None), PlacingGivenUp())


async def tidy(attempt: Attempt) -> None:
    """Do what is left of an attempt that is decided. Raises Unavailable."""
    if attempt.recovery_point is RecoveryPoint.created:
        await carts.empty(attempt.user_id, attempt.cart)
    else:
        await reservations.release(attempt.id)
    await attempts.finish(attempt)


async def tidy_now(attempt: Attempt) -> None:
    """Tidy while somebody waits for the answer; where that takes too long, a reminder or the sweep will."""
    try:
        with context.no_longer_than(PATIENCE_AFTERWARDS):
            await tidy(attempt)
    except Unavailable as error:
        logger.warning("left to be tidied", extra={"order_id": str(attempt.id), "error": error.detail})


async def resume(order_id: UUID) -> None:
    """Go on with an attempt that nobody works on, if that can be done now; what has taken too long is refused."""
    attempt = await attempts.take(order_id, lease=lease())
    if attempt is None:
        return
    try:
        if attempt.recovery_point is not RecoveryPoint.begun:
            await tidy(attempt)
        elif attempt.age > settings.time_to_pay():
            await give_up(attempt)
        else:
            await decide(attempt)
    except (Unavailable, StillRunning) as error:
        logger.warning("placing not finished", extra={"order_id": str(order_id), "error": error.detail})
        await attempts.let_go(attempt)


async def _offer(attempt: Attempt) -> tuple[list[Line], Totals]:
    """What the order would be. Raises what REFUSALS names, and Unavailable."""
    lines = in_cart_order(await reservations.hold(attempt.id, attempt.cart.lines), attempt.cart.lines)
    changes = price_changes(attempt.cart.lines, lines)
    if changes and not attempt.accepts_price_changes:
        raise PriceChanged(changes)
    costs = totals(lines, shipping=attempt.shipping)
    if costs.total > money.LARGEST:
        raise TotalTooLarge
    return lines, costs


async def _create(attempt: Attempt, lines: list[Line], costs: Totals) -> Outcome:
    from orders.creating import create

    async with work() as uow:
        outcome = await create(uow, attempt, lines, costs)
        await _keep(uow, attempt, outcome)
    await tidy_now(replace(attempt, recovery_point=RecoveryPoint.created))
    return outcome


async def _keep(uow: "AsyncSession", attempt: Attempt, outcome: Outcome) -> None:
    if attempt.key is not None:
        await idempotency.finish(uow, kept_under(attempt.user_id), attempt.key, outcome.status, outcome.body)
