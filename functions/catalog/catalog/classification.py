"""Categories as everybody reads them."""

from typing import TYPE_CHECKING
from uuid import UUID

from psycopg.sql import SQL

from catalog import pages
from catalog.domain import line
from catalog.pages import Key, Order

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

BY_NAME = Order((Key(SQL("lower(c.name)"), line), Key(SQL("c.id"), UUID)))

CATEGORY = SQL("""json_build_object('id', c.id, 'name', c.name, 'slug', c.slug, 'count', (
    SELECT count(*) FROM product_categories pc
    WHERE pc.category_id = c.id
      AND EXISTS (SELECT FROM products p WHERE p.listing_id = pc.listing_id AND p.is_active)))::text""")
"""`count` is how many handles shoppers see in it."""

CATEGORIES = SQL("""
SELECT {category} AS body, {texts} AS keys
FROM (SELECT c.*, {columns} FROM categories c WHERE {after} ORDER BY {clause} LIMIT %(rows)s) c
ORDER BY {clause}""")

ONE = SQL("SELECT {category} AS body FROM categories c WHERE c.id = %(id)s").format(category=CATEGORY)


async def categories(*, limit: int | None, cursor: str | None) -> str:
    """All categories by name, or a page of them. Raises InvalidRequest for a broken cursor."""
    statement = CATEGORIES.format(
        category=CATEGORY,
        texts=BY_NAME.texts,
        columns=BY_NAME.columns,
        clause=BY_NAME.clause,
        after=BY_NAME.after if cursor is not None else SQL("true"),
    )
    return await pages.page(statement, BY_NAME, {}, name="categories", limit=limit, cursor=cursor)


async def written_category(uow: "AsyncSession", category_id: UUID) -> str:
    """One category as this unit of work leaves it."""
    await uow.flush()
    connection = await uow.connection()
    row = (await connection.exec_driver_sql(ONE.as_string(), {"id": category_id})).one()
    body: str = row.body
    return body
