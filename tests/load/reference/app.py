"""The plainest function one would write: what ./shop bench measures the shop against.

FastAPI, Mangum, SQLAlchemy's async ORM and psycopg in one file; no logging, no sign-in, a list of 24.
"""

import os
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI
from mangum import Mangum
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"])
sessions = async_sessionmaker(engine)


class Base(DeclarativeBase):
    pass


class Product(Base):
    __tablename__ = "products"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sku: Mapped[str]
    name: Mapped[str]
    price: Mapped[Decimal]
    stock: Mapped[int]
    is_active: Mapped[bool]
    created_at: Mapped[datetime]


class ProductOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    sku: str
    name: str
    price: Decimal
    stock: int
    created_at: datetime


async def session():
    async with sessions() as opened:
        yield opened


app = FastAPI()


@app.get("/products", response_model=list[ProductOut])
async def products(db: Annotated[AsyncSession, Depends(session)], limit: int = 24):
    query = select(Product).where(Product.is_active).order_by(Product.created_at.desc(), Product.id).limit(limit)
    return (await db.scalars(query)).all()


handler = Mangum(app, lifespan="off")
