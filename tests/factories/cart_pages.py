"""The cart's pages, as a visitor fills and reads them."""

import re
from typing import Any

from factories.events import Reply
from factories.visit import Visit

QUANTITY = re.compile(r'name="qty" type="number"[^>]* value="(\d+)"')
BADGE = re.compile(r'<span class="count-badge">([0-9+]+)<')


def put(visit: Visit, product: dict[str, Any], qty: int = 1) -> Reply:
    """Add a product by the form on its page."""
    visit.get(f"/products/{product['handle']}")
    return visit.post("/cart/add", {"product_id": product["id"], "qty": str(qty)})


def quantities(page: Reply) -> list[int]:
    return [int(each) for each in QUANTITY.findall(page.text)]


def shown_count(page: Reply) -> str:
    """What the header says is in the cart."""
    found = BADGE.search(page.text)
    return found[1] if found else ""
