"""Categories are made, changed and removed."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from catalog import domain
from catalog.errors import CategoryNotFound, SlugTaken
from catalog.models import Category
from catalog.repository import Categories, violated
from catalog.schemas import CategoryChanges, NewCategory


async def create(uow: AsyncSession, new: NewCategory) -> UUID:
    """Make a category and return its id. Raises SlugTaken."""
    category = Category(name=new.name, slug=new.slug or domain.slug_of(new.name, otherwise="category"))
    uow.add(category)
    await _flush(uow, category)
    return category.id


async def change(uow: AsyncSession, category_id: UUID, changes: CategoryChanges) -> None:
    """Change what is given. Raises CategoryNotFound and SlugTaken."""
    category = await _locked(uow, category_id)
    for name, value in changes.model_dump(exclude_unset=True).items():
        setattr(category, name, value)
    await _flush(uow, category)


async def remove(uow: AsyncSession, category_id: UUID) -> None:
    """Remove a category; its products stay. Raises CategoryNotFound."""
    await uow.delete(await _locked(uow, category_id))


async def _locked(uow: AsyncSession, category_id: UUID) -> Category:
    category = await Categories(uow).get(category_id, for_update=True)
    if category is None:
        raise CategoryNotFound
    return category


async def _flush(uow: AsyncSession, category: Category) -> None:
    slug = category.slug
    try:
        await uow.flush()
    except IntegrityError as error:
        if violated(error) == "uq_categories_slug":
            raise SlugTaken(slug) from error
        raise
