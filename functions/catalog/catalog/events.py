"""What catalog tells the others."""

from typing import Any, ClassVar
from uuid import UUID

from shopkit.events.facts import Fact


class ProductStockLow(Fact):
    """So little is left that somebody should order more; told once each time the stock falls below the threshold."""

    type: ClassVar[str] = "product.stock_low"
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "product_id": "8d8ac610-566d-4ef0-9c22-186b2a5ed793",
        "sku": "KIT-MUG-BLU",
        "name": "Stoneware mug",
        "left": 4,
        "threshold": 5,
    }

    product_id: UUID
    sku: str
    name: str
    left: int
    threshold: int
