"""What administrators do to products."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from starlette.responses import Response

from catalog import answers, presentation
from catalog.errors import ImageNotFound, OutOfStock, ProductNotFound, SkuTaken, VariantExists
from catalog.schemas import AnnouncedImage, MovementPage, NewImage, NewMovement, NewProduct, Product, ProductChanges
from shopkit.auth.principal import Admin, Role, require
from shopkit.db.paging import DEFAULT_LIMIT, CursorParameter, Limit
from shopkit.errors import Forbidden, InvalidRequest, PreconditionFailed, Unauthenticated, may_fail
from shopkit.web.answers import answer
from shopkit.web.uow import Uow

router = APIRouter(
    prefix="/catalog/products",
    tags=["products"],
    dependencies=[Depends(require(Role.admin))],
    responses=may_fail(Unauthenticated, Forbidden, InvalidRequest),
)


@router.post("", response_model=Product, status_code=201, responses=may_fail(SkuTaken, VariantExists))
async def create_product(body: NewProduct, admin: Admin, uow: Uow) -> Response:
    """Make a product, or another variant of a handle."""
    from catalog import products

    product_id = await products.create(uow, admin, body)
    product = await presentation.written_product(uow, product_id)
    return answers.tagged(product, 201, Location=f"/catalog/products/{product_id}")


@router.patch(
    "/{product_id}",
    response_model=Product,
    responses=may_fail(ProductNotFound, PreconditionFailed, SkuTaken, VariantExists),
)
async def change_product(
    product_id: UUID,
    body: ProductChanges,
    uow: Uow,
    if_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Change what is given. With `If-Match`, only the version that the caller has read."""
    from catalog import products

    await products.change(uow, product_id, body, if_match=if_match)
    return answers.tagged(await presentation.written_product(uow, product_id))


@router.delete("/{product_id}", status_code=204, responses=may_fail(ProductNotFound))
async def remove_product(product_id: UUID, uow: Uow) -> Response:
    """Hide a product for good. Its SKU may be used again."""
    from catalog import products

    await products.remove(uow, product_id)
    return Response(status_code=204)


@router.post("/{product_id}/stock", response_model=Product, responses=may_fail(ProductNotFound, OutOfStock))
async def move_stock(product_id: UUID, body: NewMovement, admin: Admin, uow: Uow) -> Response:
    """Add to the stock, or take from it."""
    from catalog import stock

    await stock.move(uow, admin, product_id, body)
    return answers.tagged(await presentation.written_product(uow, product_id))


@router.get("/{product_id}/stock", response_model=MovementPage, responses=may_fail(ProductNotFound))
async def list_movements(
    product_id: UUID,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> Response:
    """How the stock came to be what it is, the newest movement first."""
    from catalog import ledger

    return answers.listed(await ledger.movements(product_id, limit=limit, cursor=cursor))


@router.post(
    "/{product_id}/images", response_model=AnnouncedImage, status_code=201, responses=may_fail(ProductNotFound)
)
async def announce_image(product_id: UUID, body: NewImage, uow: Uow) -> Response:
    """Add a picture to the product's handle; `upload` is a form that the caller then posts the file with."""
    from catalog import images

    return answer(await images.announce(uow, product_id, body), 201)


@router.delete(
    "/{product_id}/images/{image_id}",
    status_code=204,
    responses=may_fail(ProductNotFound, ImageNotFound),
)
async def remove_image(product_id: UUID, image_id: UUID, uow: Uow) -> Response:
    """Take a picture away."""
    from catalog import images

    await images.remove(uow, product_id, image_id)
    return Response(status_code=204)
