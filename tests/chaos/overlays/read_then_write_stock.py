"""Reads the stock, computes, and writes what came out: what others did in between is gone."""

import asyncio
from typing import Any

from planting import when_imported

BETWEEN = 0.2
"""Seconds, so that somebody does something in between."""


@when_imported("catalog.reserving")
def compute(reserving: Any) -> None:
    hold = reserving.hold

    async def hold_what_was_read(run: Any, order_id: Any, wanted: Any) -> str:
        (product_id,) = wanted
        read = await run(reserving.SQL("SELECT stock FROM products WHERE id = %(id)s"), {"id": product_id})
        await asyncio.sleep(BETWEEN)
        held: str = await hold(run, order_id, wanted)
        left = read["stock"] - wanted[product_id]
        write = reserving.SQL("UPDATE products SET stock = %(left)s WHERE id = %(id)s RETURNING id")
        await run(write, {"left": left, "id": product_id})
        return held

    reserving.hold = hold_what_was_read
