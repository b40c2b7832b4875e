"""Publishes what is newer than the last that it published: what is committed later, with an older number, stays."""

from pathlib import Path
from typing import Any

from planting import when_imported

LAST = Path(__file__).with_name("last-position")


@when_imported("shopkit.events.publishing")
def remember_the_last(publishing: Any) -> None:
    claim_as_it_is = publishing.CLAIM

    async def claim() -> list[Any]:
        last = int(LAST.read_text()) if LAST.exists() else 0
        newer = claim_as_it_is.replace(
            "WHERE status = 'pending' AND", f"WHERE position > {last} AND status = 'pending' AND"
        )
        rows = await publishing.write_all(newer)
        LAST.write_text(str(max([last, *(row["position"] for row in rows)])))
        return [publishing._outgoing(row) for row in rows]  # noqa: SLF001

    publishing._claim = claim  # noqa: SLF001
