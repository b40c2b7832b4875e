"""The rows of products, listings and categories, for those who write."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from catalog.models import Category, Image, Listing, ListingCategory, Product
from shopkit.db.repository import Repository


def violated(error: IntegrityError) -> str | None:
    """The name of the constraint or unique index that refused a row."""
    diagnostics = getattr(error.orig, "diag", None)
    return getattr(diagnostics, "constraint_name", None)


class Products(Repository[Product]):
    model = Product

    async def locked(self, product_id: UUID) -> Product | None:
        """A product that is not deleted, locked until the unit of work ends: it stays in its listing."""
        query = select(Product).where(Product.id == product_id, Product.deleted_at.is_(None)).with_for_update()
        return await self.first(query)

    async def places(self, listing_id: UUID) -> tuple[int, int]:
        """How many products a listing has, and the last position."""
        query = select(func.count(), func.coalesce(func.max(Product.position), 0))
        return (await self.session.execute(query.where(Product.listing_id == listing_id))).one()

    async def move_stock(self, product_id: UUID, delta: int, *, largest: int) -> int | None:
        """Add to the stock in one statement; the new stock, or None if it would leave 0 to `largest`."""
        query = (
            update(Product)
            .where(
                Product.id == product_id,
                Product.deleted_at.is_(None),
                (Product.stock + delta).between(0, largest),
            )
            .values(stock=Product.stock + delta, updated_at=func.now())
            .returning(Product.stock)
        )
        return (await self.session.execute(query)).scalar_one_or_none()


class Listings(Repository[Listing]):
    model = Listing

    async def with_handle(self, handle: str) -> Listing | None:
        """The listing of that handle, locked until the unit of work ends."""
        return await self.first(select(Listing).where(Listing.handle == handle).with_for_update())

    async def locked(self, listing_id: UUID | None, handle: str | None = None) -> list[Listing]:
        """The listing with that id and the one of that handle, locked until the unit of work ends.

        In the order of their ids, so that nobody waits in a circle.
        """
        query = select(Listing).where(or_(Listing.id == listing_id, Listing.handle == handle))
        return await self.all(query.order_by(Listing.id).with_for_update())

    async def open(self, handle: str) -> Listing | None:
        """A new listing; None if the handle has one, also if somebody else is just making it."""
        query = insert(Listing).values(handle=handle).on_conflict_do_nothing().returning(Listing)
        return (await self.session.scalars(query)).first()

    async def handles_like(self, handle: str) -> Sequence[str]:
        """The handles in use that begin so."""
        query = select(Listing.handle).where(Listing.handle.startswith(handle, autoescape=True))
        return (await self.session.scalars(query)).all()

    async def has_products(self, listing_id: UUID, *, besides: UUID | None = None) -> bool:
        """Whether a listing has products, or others besides this one."""
        query = select(exists().where(Product.listing_id == listing_id, Product.id.is_distinct_from(besides)))
        return bool((await self.session.scalars(query)).one())

    async def give_images(self, listing_id: UUID, to: UUID) -> None:
        await self.session.execute(update(Image).where(Image.listing_id == listing_id).values(listing_id=to))

    async def images(self, listing_id: UUID) -> list[Image]:
        query = select(Image).where(Image.listing_id == listing_id).order_by(Image.position, Image.id)
        return list((await self.session.scalars(query)).all())

    async def categories(self, listing_id: UUID) -> list[UUID]:
        """The ids of a listing's categories, in their order; they will exist until the unit of work ends."""
        query = (
            select(ListingCategory.category_id)
            .join(Category, Category.id == ListingCategory.category_id)
            .where(ListingCategory.listing_id == listing_id)
            .order_by(ListingCategory.position)
            .with_for_update(read=True, key_share=True, of=Category)
        )
        return list((await self.session.scalars(query)).all())

    async def set_categories(self, listing_id: UUID, categories: Sequence[UUID]) -> None:
        await self.session.execute(delete(ListingCategory).where(ListingCategory.listing_id == listing_id))
        self.session.add_all(
            ListingCategory(listing_id=listing_id, category_id=each, position=place)
            for place, each in enumerate(categories, start=1)
        )


class Categories(Repository[Category]):
    model = Category

    async def with_slugs(self, slugs: Sequence[str]) -> dict[str, UUID]:
        """The ids of those of the slugs that exist; they will, until the unit of work ends."""
        query = select(Category).where(Category.slug.in_(slugs)).with_for_update(read=True, key_share=True)
        rows = await self.session.scalars(query)
        return {category.slug: category.id for category in rows}


class Images(Repository[Image]):
    model = Image

    async def places(self, listing_id: UUID) -> tuple[int, int]:
        """How many images a listing has, and the last position."""
        query = select(func.count(), func.coalesce(func.max(Image.position), 0))
        return (await self.session.execute(query.where(Image.listing_id == listing_id))).one()
