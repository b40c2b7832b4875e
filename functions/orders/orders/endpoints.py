"""What the gateway offers shoppers: to place orders, to see them, and to cancel them.

What writes through SQLAlchemy is imported by the endpoint that needs it.
"""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response

from orders import listing, presentation, shipping
from orders.auth import Reader, Shopper, only_gateway
from orders.domain import Status, Wish
from orders.errors import (
    CartEmpty,
    IllegalTransition,
    OrderNotFound,
    OutOfStock,
    PlacingGivenUp,
    PriceChanged,
    TotalTooLarge,
)
from orders.outcomes import ROUTE, Outcome
from orders.schemas import CancelOrder, Order, OrderForAdmins, OrderPage, PlaceOrder, ShippingMethods
from shopkit.db.paging import DEFAULT_LIMIT, CursorParameter, Limit
from shopkit.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated, Unavailable, may_fail
from shopkit.idempotency import KeyReused, StillRunning
from shopkit.web.answers import answer
from shopkit.web.problems import MEDIA_TYPE as PROBLEM
from shopkit.web.uow import Uow

JSON = "application/json"
router = APIRouter(
    tags=["orders"],
    dependencies=[only_gateway],
    responses=may_fail(Unauthenticated, Forbidden, NotFound, Unavailable),
)

IdempotencyKey = Annotated[
    str | None,
    Header(min_length=16, max_length=255, pattern=r"^[\x20-\x7e]+$", description="Repeats of a request have the same."),
]


@router.post(
    ROUTE,
    status_code=201,
    response_model=Order,
    responses=may_fail(
        CartEmpty, OutOfStock, PriceChanged, TotalTooLarge, PlacingGivenUp, StillRunning, KeyReused, InvalidRequest
    ),
)
async def place_order(
    shopper: Shopper, body: PlaceOrder | None = None, idempotency_key: IdempotencyKey = None
) -> Response:
    """Turn the shopper's cart into an order, whose stock is held until it is paid or expires."""
    from orders import placing

    body = body or PlaceOrder()
    fingerprint = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    request = placing.Request(shopper, _wish(body), fingerprint, idempotency_key)
    return _told(*await placing.place(request))


@router.get("/order/{order_id}", response_model=OrderForAdmins | Order)
async def show_order(reader: Reader, order_id: UUID) -> Response:
    """An order and its story."""
    return Response(await presentation.one(order_id, user_id=reader), media_type=JSON)


@router.get("/orders", response_model=OrderPage, responses=may_fail(InvalidRequest))
async def list_own_orders(
    shopper: Shopper, status: Status | None = None, cursor: CursorParameter = None, limit: Limit = DEFAULT_LIMIT
) -> Response:
    """The shopper's orders, the newest first."""
    which = listing.Which(user_id=shopper, status=status)
    return Response(await listing.page(which, for_admins=False, limit=limit, cursor=cursor), media_type=JSON)


@router.post("/order/{order_id}/cancel", response_model=Order, responses=may_fail(OrderNotFound, IllegalTransition))
async def cancel_order(shopper: Shopper, order_id: UUID, uow: Uow, body: CancelOrder | None = None) -> Response:
    """Cancel one's own order while it is created or paid; what was paid is refunded."""
    from orders import moving

    await moving.cancel_own(uow, shopper, order_id, body.note if body else None)
    return Response(await presentation.one_within(uow, order_id), media_type=JSON)


@router.get("/shipping-methods", response_model=ShippingMethods)
async def list_shipping_methods() -> Response:
    """How orders can be sent, and what that costs."""
    return answer({"items": [method.model_dump(mode="json") for method in shipping.methods()]})


def _wish(body: PlaceOrder) -> Wish:
    method = shipping.chosen(body.shipping_method, body.shipping_address)
    address = body.shipping_address
    return Wish(method.id, method.price, address.model_dump() if address else None, body.accept_price_changes)


def _told(outcome: Outcome, is_replay: bool) -> Response:  # noqa: FBT001  # as `place` says it
    headers = {"Location": f"/order/{outcome.order_id}"} if outcome.is_order else {}
    if is_replay:
        headers["Idempotent-Replayed"] = "true"
    return Response(outcome.body, outcome.status, headers, media_type=JSON if outcome.is_order else PROBLEM)
