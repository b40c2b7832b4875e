"""What payments may ask, and tell."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from orders import lookups
from orders.auth import only_payments
from orders.errors import AmountMismatch, IllegalTransition, OrderNotFound
from orders.schemas import LookUp, OrderPaid, OrderState, OrderToPay, PaidOrderPage, PaidOrders
from shopkit.db.paging import DEFAULT_LIMIT, CursorParameter, Limit
from shopkit.errors import Forbidden, InvalidRequest, Unauthenticated, Unavailable, may_fail
from shopkit.web.answers import answer
from shopkit.web.uow import Uow

router = APIRouter(
    prefix="/internal",
    tags=["internal"],
    dependencies=[only_payments],
    responses=may_fail(Unauthenticated, Forbidden, OrderNotFound, Unavailable),
)

Since = Annotated[datetime, Query(description="RFC 3339.")]


@router.get("/order/{order_id}", response_model=OrderToPay)
async def read_order(order_id: UUID) -> Response:
    """What there is to pay, and by whom."""
    return answer(await lookups.one(order_id))


@router.post(
    "/order/{order_id}/status", response_model=OrderState, responses=may_fail(IllegalTransition, AmountMismatch)
)
async def tell_paid(order_id: UUID, body: OrderPaid, uow: Uow) -> Response:
    """The order was paid. Repeated with the same payment, it changes nothing."""
    from orders import moving

    status = await moving.mark_paid(uow, order_id, body.payment_id, body.amount, body.currency)
    return answer({"order_id": order_id, "status": status})


@router.post("/orders/look-up", response_model=PaidOrders)
async def look_up(body: LookUp) -> Response:
    """Several orders by their ids; what does not exist is left out."""
    return answer({"items": await lookups.some(body.ids)})


@router.get("/orders/paid", response_model=PaidOrderPage, responses=may_fail(InvalidRequest))
async def list_paid_orders(since: Since, cursor: CursorParameter = None, limit: Limit = DEFAULT_LIMIT) -> Response:
    """The orders that were paid since then and not cancelled, the oldest payment first."""
    return answer(await lookups.paid(since, limit=limit, cursor=cursor))
