"""What everybody may read."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query
from pydantic import AfterValidator
from starlette.responses import Response

from catalog import answers, browsing, classification, domain, presentation
from catalog.errors import AnswerTooLarge, ProductNotFound
from catalog.schemas import CategoryPage, Listing, ListQuery, Product, ProductPage
from shopkit.auth.principal import Anyone, Principal
from shopkit.db.paging import CursorParameter, Limit
from shopkit.errors import Forbidden, InvalidRequest, Unauthenticated, may_fail

Handle = Annotated[str, Path(max_length=domain.LONGEST_HANDLE), AfterValidator(domain.line)]

router = APIRouter(prefix="/catalog", tags=["browsing"])


@router.get("/products", response_model=ProductPage, responses=may_fail(InvalidRequest, AnswerTooLarge))
async def list_products(asked: Annotated[ListQuery, Query()], who: Anyone) -> Response:
    """Products that have all that is asked for, page by page; with `facets`, what the filters would give."""
    if asked.active is not None:
        _require_admin(who)
    return answers.listed(await browsing.products(asked))


@router.get("/products/by-handle/{handle}", response_model=Listing, responses=may_fail(ProductNotFound, AnswerTooLarge))
async def read_listing(handle: Handle, who: Anyone, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """What a handle names, with all its variants that are active (an administrator sees the others too)."""
    return answers.fresh(await presentation.listing(handle, with_inactive=_is_admin(who)), if_none_match)


@router.get("/products/{product_id}", response_model=Product, responses=may_fail(ProductNotFound))
async def read_product(
    product_id: UUID, who: Anyone, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """One product. An inactive one is there for administrators only."""
    return answers.fresh(await presentation.product(product_id, with_inactive=_is_admin(who)), if_none_match)


@router.get("/categories", response_model=CategoryPage, responses=may_fail(InvalidRequest))
async def list_categories(
    limit: Annotated[Limit | None, Query(description="All of them where it is not given.")] = None,
    cursor: CursorParameter = None,
) -> Response:
    """All categories by name, each with how many handles it shows."""
    return answers.listed(await classification.categories(limit=limit, cursor=cursor))


def _is_admin(who: Principal | None) -> bool:
    return who is not None and who.is_admin


def _require_admin(who: Principal | None) -> None:
    if who is None:
        raise Unauthenticated
    if not who.is_admin:
        raise Forbidden
