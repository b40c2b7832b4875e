"""What administrators do to categories."""

from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from catalog import answers, classification
from catalog.errors import CategoryNotFound, SlugTaken
from catalog.schemas import Category, CategoryChanges, NewCategory
from shopkit.auth.principal import Role, require
from shopkit.errors import Forbidden, InvalidRequest, Unauthenticated, may_fail
from shopkit.web.uow import Uow

router = APIRouter(
    prefix="/catalog/categories",
    tags=["categories"],
    dependencies=[Depends(require(Role.admin))],
    responses=may_fail(Unauthenticated, Forbidden, InvalidRequest),
)


@router.post("", response_model=Category, status_code=201, responses=may_fail(SlugTaken))
async def create_category(body: NewCategory, uow: Uow) -> Response:
    """Make a category."""
    from catalog import categories

    category_id = await categories.create(uow, body)
    return answers.plain(await classification.written_category(uow, category_id), 201)


@router.patch("/{category_id}", response_model=Category, responses=may_fail(CategoryNotFound, SlugTaken))
async def change_category(category_id: UUID, body: CategoryChanges, uow: Uow) -> Response:
    """Rename a category, or give it another address."""
    from catalog import categories

    await categories.change(uow, category_id, body)
    return answers.plain(await classification.written_category(uow, category_id))


@router.delete("/{category_id}", status_code=204, responses=may_fail(CategoryNotFound))
async def remove_category(category_id: UUID, uow: Uow) -> Response:
    """Remove a category. Its products stay."""
    from catalog import categories

    await categories.remove(uow, category_id)
    return Response(status_code=204)
