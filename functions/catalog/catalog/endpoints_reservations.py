"""What orders do to the stock."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from catalog import answers
from catalog.errors import (
    NotEnoughStock,
    ReservationConfirmed,
    ReservationDiffers,
    ReservationNotFound,
    ReservationReleased,
    RestockDiffers,
    RestockExceeds,
)
from catalog.schemas_reservations import NewReservation, NewRestock, Reservation, StockAudit, WantedLine
from shopkit.auth.callers import internal_caller
from shopkit.db.paging import DEFAULT_LIMIT, CursorParameter, Limit
from shopkit.db.writing import write_one
from shopkit.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated, may_fail

router = APIRouter(
    prefix="/internal",
    tags=["internal"],
    dependencies=[Depends(internal_caller("catalog", "orders"))],
    responses=may_fail(Unauthenticated, Forbidden, NotFound, InvalidRequest),
)

Age = Annotated[int, Query(ge=0, le=365 * 24 * 3600, description="Seconds.")]


@router.put(
    "/reservations/{order_id}",
    response_model=Reservation,
    responses=may_fail(NotEnoughStock, ReservationReleased, ReservationDiffers),
)
async def hold_stock(order_id: UUID, body: NewReservation) -> Response:
    """Take all of it from the stock for an order, or nothing. Repeated, it answers the same and takes nothing more."""
    from catalog import reserving

    return answers.plain(await reserving.hold(write_one, order_id, _quantities(body.lines)))


@router.delete("/reservations/{order_id}", status_code=204, responses=may_fail(ReservationConfirmed))
async def release_stock(order_id: UUID) -> Response:
    """Give back what an order holds. An order that holds nothing is refused stock from now on."""
    from catalog import reserving

    await reserving.release(write_one, order_id)
    return Response(status_code=204)


@router.post(
    "/reservations/{order_id}/confirm",
    status_code=204,
    responses=may_fail(ReservationNotFound, ReservationReleased),
)
async def confirm_reservation(order_id: UUID) -> Response:
    """What an order holds is sold."""
    from catalog import reserving

    await reserving.confirm(write_one, order_id)
    return Response(status_code=204)


@router.post("/restocks/{refund_id}", status_code=204, responses=may_fail(RestockExceeds, RestockDiffers))
async def restock(refund_id: UUID, body: NewRestock) -> Response:
    """Put sold units of an order back into the stock, once for each refund."""
    from catalog import restocking

    await restocking.restock(write_one, refund_id, body.order_id, _quantities(body.lines))
    return Response(status_code=204)


@router.get("/stock-audit", response_model=StockAudit)
async def audit_stock(
    older_than: Age = 0,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> Response:
    """Products whose stock is not the sum of their ledger (first page only), and reservations held for long."""
    from catalog import auditing

    held_for = timedelta(seconds=older_than)
    return answers.listed(await auditing.audit(older_than=held_for, limit=limit, cursor=cursor))


def _quantities(lines: list[WantedLine]) -> dict[UUID, int]:
    return {line.product_id: line.qty for line in lines}
