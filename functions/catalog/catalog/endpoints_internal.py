"""What only services of the shop may ask."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from catalog import answers
from catalog.offers import Offers, OffersQuery, offers
from shopkit.auth.callers import internal_caller
from shopkit.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated, may_fail

router = APIRouter(
    prefix="/internal",
    tags=["internal"],
    dependencies=[Depends(internal_caller("catalog", "cart", "orders"))],
    responses=may_fail(Unauthenticated, Forbidden, NotFound),
)


@router.get("/products", response_model=Offers, responses=may_fail(InvalidRequest))
async def list_offers(asked: Annotated[OffersQuery, Query()]) -> Response:
    """Several products by their ids, at most 100, in no order. What does not exist, or was deleted, is left out."""
    return answers.listed(await offers(asked.ids))
