"""Gives back what an order held without asking whether it holds it still, and does so twice."""

from typing import Any

from planting import when_imported


@when_imported("catalog.reserving")
def give_back_again(reserving: Any) -> None:
    statement = reserving.RELEASE.as_string().replace("status = 'held'", "status <> 'confirmed'")
    reserving.RELEASE = reserving.SQL(statement)
    release = reserving.release

    async def release_twice(run: Any, order_id: Any) -> None:
        await release(run, order_id)
        await release(run, order_id)

    reserving.release = release_twice
