"""What a run's row says of its items: counters, the sample of failures, complete totals."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import update
from sqlalchemy.sql.elements import ColumnElement

from app.core.db import JsonObject, changed_rows, database_now
from app.core.runs import balance
from app.core.runs.items import Outcome
from app.core.runs.locked import LockedRun
from app.core.runs.models import BulkOperationRun
from app.core.runs.tally import FailureEntry, Tally

FAILURES_KEPT = 50  # entries in the sample on the run; totals per reason code are complete
ITEM_IDS_KEPT = 1000  # ids on the run itself; the ledger has all

_COUNTERS = (Outcome.SUCCEEDED, Outcome.FAILED, Outcome.SKIPPED, Outcome.UNKNOWN)

logger = logging.getLogger(__name__)


def change_run(values: JsonObject, *condition: ColumnElement[bool]) -> bool:
    """Compare and set: write columns of the one run that meets the conditions; whether there was one."""
    query = update(BulkOperationRun).where(*condition).execution_options(synchronize_session=False)
    stamp = {"updated_at": database_now(), "version": BulkOperationRun.version + 1}
    return changed_rows(query.values({**values, **stamp})) == 1


def add(run: LockedRun, tally: Tally, listed: int) -> None:
    """Count a tally on a locked run.

    Args:
        run: read in this transaction by `locked_run`.
        tally: what happened since the last flush.
        listed: items the ledger has just taken in.
    """
    listed += tally.listed
    for outcome in _COUNTERS:
        if tally.counts[outcome]:
            setattr(run, outcome.value, getattr(run, outcome.value) + tally.counts[outcome])
    run.processed_items += tally.counts.total()
    if listed:
        run.total_items += listed
        run.item_ids = balance.first_items(run.id, ITEM_IDS_KEPT)
    if tally.failures or tally.reports:
        new = [*tally.failures, *tally.reports]
        run.failures = [*(run.failures or []), *new][:FAILURES_KEPT]
        run.failure_totals = _counted(run.failure_totals, new)
        run.report_totals = _counted(run.report_totals, tally.reports)


def recount(run: LockedRun) -> None:
    """Let the ledger say what a locked run's items came to: a lost worker had not told the row all."""
    counts = balance.counts_of(run.id)
    run.total_items, run.processed_items = counts.total, counts.processed
    for outcome in _COUNTERS:
        setattr(run, outcome.value, counts.outcomes[outcome])
    run.failure_totals = dict(counts.reasons + Counter(run.report_totals))
    if counts.reasons:
        sampled = [entry for entry in run.failures or [] if "item_id" not in entry]
        items = balance.failed_items(run.id, FAILURES_KEPT)
        run.failures = [*items, *sampled][:FAILURES_KEPT]


def reconcile(run: LockedRun) -> None:
    """Hold a locked run that ends against its ledger: a difference is a defect, and the ledger wins."""
    before = dict(run.counts)
    if _differs(run):
        recount(run)
        logger.error("defect: counters of run %s were %s, its ledger says %s", run.id, before, run.counts)


def _differs(run: LockedRun) -> bool:
    counts = balance.counts_of(run.id)
    counted = {outcome: getattr(run, outcome.value) for outcome in _COUNTERS}
    totals = counts.reasons + Counter(run.report_totals)
    return (
        any(counts.outcomes[outcome] != count for outcome, count in counted.items())
        or (counts.total, counts.processed) != (run.total_items, run.processed_items)
        or totals != Counter(run.failure_totals)
    )


def add_report(run: LockedRun, entry: FailureEntry) -> None:
    """Put an entry that is no item's outcome on a locked run; it is never cut from the sample."""
    run.failures = [*(run.failures or [])[: FAILURES_KEPT - 1], entry]
    run.failure_totals = _counted(run.failure_totals, [entry])
    run.report_totals = _counted(run.report_totals, [entry])


def _counted(totals: Mapping[str, int], entries: Iterable[FailureEntry]) -> dict[str, int]:
    return dict(Counter(totals) + Counter(entry["reason_code"] for entry in entries))
