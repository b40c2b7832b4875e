"""Stock moves by deltas, each of them an entry of the ledger."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog import domain, low_stock
from catalog.errors import OutOfStock, ProductNotFound
from catalog.models import StockMovement
from catalog.repository import Products
from catalog.schemas import NewMovement
from shopkit import context
from shopkit.auth.principal import Principal
from shopkit.errors import InvalidRequest


async def move(uow: AsyncSession, admin: Principal, product_id: UUID, movement: NewMovement) -> None:
    """Add to a product's stock, or take from it. Concurrent movements all count.

    Raises ProductNotFound, OutOfStock, and InvalidRequest where the stock would grow beyond all bounds.
    """
    left = await Products(uow).move_stock(product_id, movement.delta, largest=domain.LARGEST_STOCK)
    if left is None:
        raise await _refusal(uow, product_id, movement.delta)
    record(uow, product_id, movement.delta, reason=movement.reason, stock_after=left, by=admin.id)
    await low_stock.tell(uow, {product_id: movement.delta})


def record(uow: AsyncSession, product_id: UUID, delta: int, *, reason: str, stock_after: int, by: str) -> None:
    """Write an entry of the ledger."""
    uow.add(
        StockMovement(
            product_id=product_id,
            delta=delta,
            reason=reason,
            stock_after=stock_after,
            by=by,
            correlation_id=context.correlation_id(),
        )
    )


async def _refusal(uow: AsyncSession, product_id: UUID, delta: int) -> Exception:
    product = await Products(uow).get(product_id)
    if product is None or product.deleted_at is not None:
        return ProductNotFound()
    if delta < 0:
        return OutOfStock(product.sku, product.stock)
    return InvalidRequest(f"The stock may be at most {domain.LARGEST_STOCK}.", field="delta")
