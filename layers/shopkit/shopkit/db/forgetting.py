"""Rows that are kept for a time only: what came in, what was published, keys."""

from dataclasses import dataclass
from datetime import timedelta
from typing import LiteralString

from psycopg.sql import SQL, Identifier

from shopkit import context
from shopkit.db.writing import write_one

PORTION = 1000
"""Rows that one statement removes, so that none comes near the role's time limit, however many there are."""
ENOUGH_FOR_A_PORTION = 1.0
"""Seconds, of which it takes some hundredths."""
REMOVE = SQL("""
WITH removed AS (
    DELETE FROM {table} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM {table} WHERE {since} < now() - %(time)s AND {condition} ORDER BY {since} LIMIT %(portion)s))
    RETURNING 1
)
SELECT count(*) AS rows FROM removed""")
"""A row that is changed meanwhile stays: it has another place then."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of a table, kept for some time after the moment in its column `since`, which must have an index."""

    table: str
    since: str
    time: timedelta
    condition: LiteralString = "true"


async def forget(kept: Kept) -> int:
    """Remove what was kept for its time, as far as there is time to; how many rows. Raises DatabaseUnavailable."""
    statement = REMOVE.format(table=Identifier(kept.table), since=Identifier(kept.since), condition=SQL(kept.condition))
    removed = 0
    while context.seconds_left(ENOUGH_FOR_A_PORTION) == ENOUGH_FOR_A_PORTION:
        row = await write_one(statement, {"time": kept.time, "portion": PORTION})
        rows = row["rows"] if row else 0
        removed += rows
        if rows < PORTION:
            break
    return removed
