"""Reads the stock, computes, and writes what came out: what others did in between is gone."""

from typing import Any

from planting import meet, when_imported


@when_imported("catalog.reserving")
def compute(reserving: Any) -> None:
    hold = reserving.hold

    async def hold_what_was_read(run: Any, order_id: Any, wanted: Any) -> str:
        (product_id,) = wanted
        read = await run(reserving.SQL("SELECT stock FROM products WHERE id = %(id)s"), {"id": product_id})
        await meet("reads")
        held: str = await hold(run, order_id, wanted)
        left = read["stock"] - wanted[product_id]
        write = reserving.SQL("UPDATE products SET stock = %(left)s WHERE id = %(id)s RETURNING id")
        await run(write, {"left": left, "id": product_id})
        return held

    reserving.hold = hold_what_was_read
