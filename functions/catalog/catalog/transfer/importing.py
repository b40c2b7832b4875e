"""Importing a product file: read, plan, and (unless it is a dry run) store the plan in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from catalog.transfer import shopify
from catalog.transfer.planning import Planner, Result, RowReport
from catalog.transfer.snapshot import what_is_stored
from catalog.transfer.storing import carry_out
from shopkit.errors import Conflict, InvalidRequest

MOST_ROWS = 10_000
"""What one answer can report (Lambda's limit is 6 MB), and what is stored within the service's 20 s (it takes 6)."""


async def import_products(uow: AsyncSession, content: bytes, *, by: str, dry_run: bool) -> dict[str, Any]:
    """The report on each row of the file; `by` is whom the stock ledger names.

    Raises InvalidRequest where the file is no product CSV, and Conflict where somebody else changed the same
    products meanwhile: then nothing was stored.
    """
    rows = list(islice(shopify.parse(content), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise InvalidRequest(f"The file has more than {MOST_ROWS} rows; import it in parts.", field="file")
    if not dry_run:
        await _wait_for_other_imports(uow)
    plan = Planner(await what_is_stored(uow, rows, lock=not dry_run)).take(rows)
    if not dry_run:
        try:
            await carry_out(uow, plan, by=by)
        except IntegrityError as error:
            raise Conflict("Somebody changed the same products meanwhile; import the file again.") from error
    return {"dry_run": dry_run, **_counts(plan.report), "rows": [_reported(row) for row in plan.report]}


async def _wait_for_other_imports(uow: AsyncSession) -> None:
    """One import at a time; waiting and storing may take longer than the role's limits allow."""
    await uow.execute(text("SET LOCAL statement_timeout = '15s'"))
    await uow.execute(text("SET LOCAL lock_timeout = '10s'"))
    await uow.execute(select(func.pg_advisory_xact_lock(func.hashtext("imports"))))


def _counts(report: Sequence[RowReport]) -> dict[str, int]:
    results = [row.result for row in report]
    return {"images" if each is Result.image else each.value: results.count(each) for each in Result}


def _reported(row: RowReport) -> dict[str, Any]:
    return {name: fact for name, fact in asdict(row).items() if name != "detail" or fact}
