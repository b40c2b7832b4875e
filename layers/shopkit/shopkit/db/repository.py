"""Repositories ask and add; they never commit."""

from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

Model = TypeVar("Model", bound=DeclarativeBase)


class Repository(Generic[Model]):
    """The rows of one model in one unit of work."""

    model: ClassVar[type[Any]]

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get(self, key: object, *, for_update: bool = False) -> Model | None:
        """The row with that primary key; `for_update` locks it until the unit of work ends."""
        row: Model | None = await self.session.get(self.model, key, with_for_update=for_update or None)
        return row

    async def first(self, query: Select[Any]) -> Model | None:
        row: Model | None = (await self.session.scalars(query)).first()
        return row

    async def all(self, query: Select[Any]) -> list[Model]:
        return list((await self.session.scalars(query)).all())

    async def add(self, row: Model) -> Model:
        """Insert the row now, so that its constraints speak now and its defaults are known."""
        self.session.add(row)
        await self.session.flush()
        return row
