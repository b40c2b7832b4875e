"""What the gateway offers administrators: everybody's orders, and the moves that they make by hand."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from orders import listing, presentation
from orders.auth import Admin, only_gateway
from orders.domain import Status
from orders.errors import IllegalTransition, OrderNotFound
from orders.schemas import CancelOrder, MoveOrder, OrderForAdmins, OrderPageForAdmins
from shopkit.db.paging import DEFAULT_LIMIT, CursorParameter, Limit
from shopkit.errors import Forbidden, InvalidRequest, Unauthenticated, Unavailable, may_fail
from shopkit.web.uow import Uow

JSON = "application/json"
router = APIRouter(
    prefix="/admin/orders",
    tags=["administration"],
    dependencies=[only_gateway],
    responses=may_fail(Unauthenticated, Forbidden, OrderNotFound, Unavailable),
)

Search = Annotated[
    str | None,
    Query(
        max_length=200,
        pattern=r"^[^\x00]*$",
        description="The beginning of an order's number, a SKU, or part of a name.",
    ),
]


@router.get("", response_model=OrderPageForAdmins, responses=may_fail(InvalidRequest))
async def list_orders(
    admin: Admin,  # noqa: ARG001
    q: Search = None,
    user_id: UUID | None = None,
    status: Status | None = None,
    cursor: CursorParameter = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Everybody's orders, the newest first."""
    which = listing.Which(user_id, status, (q or "").strip() or None)
    return Response(await listing.page(which, for_admins=True, limit=limit, cursor=cursor), media_type=JSON)


@router.post("/{order_id}/status", response_model=OrderForAdmins, responses=may_fail(IllegalTransition))
async def move_order(admin: Admin, order_id: UUID, body: MoveOrder, uow: Uow) -> Response:
    """Move an order to its next state, or cancel it; what was paid for a cancelled one is refunded."""
    from orders import moving

    await moving.administer(uow, admin, order_id, Status(body.status), body.note)
    return Response(await presentation.one_within(uow, order_id, for_admins=True), media_type=JSON)


@router.post("/{order_id}/refund", response_model=OrderForAdmins, responses=may_fail(IllegalTransition))
async def refund_order(admin: Admin, order_id: UUID, uow: Uow, body: CancelOrder | None = None) -> Response:
    """Cancel a paid order, so that the money goes back."""
    from orders import moving

    await moving.refund(uow, admin, order_id, body.note if body else None)
    return Response(await presentation.one_within(uow, order_id, for_admins=True), media_type=JSON)
