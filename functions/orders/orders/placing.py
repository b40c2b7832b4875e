"""Placing an order: one for each Idempotency-Key, and one for each version of a cart."""

import asyncio
from dataclasses import dataclass
from uuid import UUID, uuid4

from orders import attempts, carts, following, presentation, saga, settings
from orders.attempts import Attempt
from orders.domain import Cart, RecoveryPoint, Wish
from orders.errors import CartEmpty, OrderNotFound
from orders.outcomes import CREATED, Outcome, kept_under, refused
from shopkit import idempotency
from shopkit.errors import ShopError
from shopkit.idempotency import Replay, StillRunning


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody's wish to turn his cart into an order. `fingerprint` is the same for the same body."""

    user_id: UUID
    wish: Wish
    fingerprint: str
    key: str | None


async def place(request: Request) -> tuple[Outcome, bool]:
    """What comes of it, and whether that is what came of it before.

    A refusal is an outcome. Raises KeyReused, StillRunning, CartEmpty (without a key), and Unavailable where others
    cannot be asked: then the next try goes on.
    """
    if request.key is None:
        return await _place(request, uuid4())
    scope = kept_under(request.user_id)
    claim = await idempotency.claim(scope, request.key, request.fingerprint, lease=saga.lease())
    if isinstance(claim, Replay):
        return Outcome(claim.status, claim.body), True
    try:
        return await _place(request, claim.subject, is_takeover=claim.is_takeover)
    except CartEmpty as refusal:
        outcome = refused(refusal)
        await idempotency.finish_alone(scope, request.key, outcome.status, outcome.body)
        return outcome, False
    except ShopError:
        await idempotency.release(scope, request.key)
        raise


async def _place(request: Request, order_id: UUID, *, is_takeover: bool = False) -> tuple[Outcome, bool]:
    if is_takeover and await attempts.exists(order_id):
        return await _join(request, order_id), False
    cart = await _cart_of(request.user_id, order_id)
    attempt = await _begin(request, order_id, cart)
    if attempt is not None:
        return await _decide(attempt), False
    other = await attempts.of_cart(cart)
    if other is None:
        raise StillRunning  # it was refused just now
    outcome = await _join(request, other)
    if request.key is not None:
        await idempotency.finish_alone(kept_under(request.user_id), request.key, outcome.status, outcome.body)
    return outcome, True


async def _cart_of(user_id: UUID, order_id: UUID) -> Cart:
    """The shopper's cart; meanwhile a reminder is sent to finish what this request may not. Raises CartEmpty."""
    reminder = asyncio.create_task(following.remind_of(order_id, after=following.FIRST_LOOK))
    try:
        return await carts.read(user_id)
    finally:
        await reminder


async def _begin(request: Request, order_id: UUID, cart: Cart) -> Attempt | None:
    return await attempts.begin(
        order_id,
        request.user_id,
        cart,
        request.wish,
        currency=settings.currency(),
        key=request.key,
        lease=saga.lease(),
    )


async def _join(request: Request, order_id: UUID) -> Outcome:
    """Go on where another request was, or what came of it. Raises StillRunning where somebody works on it."""
    attempt = await attempts.take(order_id, lease=saga.lease())
    if attempt is not None and attempt.recovery_point is RecoveryPoint.begun:
        return await _decide(attempt)
    if attempt is not None:
        await saga.tidy_now(attempt)
    try:
        return Outcome(CREATED, await presentation.one(order_id, user_id=request.user_id))
    except OrderNotFound as not_yet:
        raise StillRunning from not_yet


async def _decide(attempt: Attempt) -> Outcome:
    try:
        return await saga.decide(attempt)
    except ShopError:
        await attempts.let_go(attempt)
        raise
