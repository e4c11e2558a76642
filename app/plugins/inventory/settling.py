"""The end of a sync: what may be called gone, how completely each collection was read, what could not be."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import delete

from app.core import ItemFailedError, ItemSkippedError, RunContext, SourceProblem, db
from app.plugins.inventory.coverage import CoverageState
from app.plugins.inventory.models import (
    InventoryCoverage,
    InventoryProblem,
    InventorySyncRun,
    InventoryUnread,
)
from app.plugins.inventory.store.snapshots import coverage_of, problems_of
from app.plugins.inventory.store.writing import SnapshotWriter

UNCLASSIFIED = "unclassified"  # the item of documents of which nobody can say what they are
NOTHING_THERE = "The source holds nothing of this type; what was known is kept."


def settle_collections(
    run: RunContext[Any],
    snapshot: InventorySyncRun,
    writer: SnapshotWriter,
    problems: Sequence[SourceProblem],
) -> bool:
    """Believe absences where everything was read, and give each collection its coverage and outcome.

    Args:
        run: gets one item outcome a collection.
        snapshot: the sync that ends.
        writer: has taken every document.
        problems: with their collections, where these are known.

    Returns:
        Whether every document was read and every collection settled.
    """
    settled = 0
    failures = [problem for problem in problems if problem.is_failure]
    homeless = [problem for problem in failures if problem.collection is None]
    named = {problem.collection for problem in failures if problem.collection is not None}
    collections = sorted({*writer.counts, *named, *writer.openings.collections()})
    for collection in collections:
        own = [problem for problem in failures if problem.collection == collection]
        with run.item(collection):
            row = _coverage(writer, collection, own, homeless)
            row.sync_run_id = snapshot.id
            db.session.add(row)
            writer.commit()
            settled += 1
            if row.state == CoverageState.SKIPPED:
                raise ItemSkippedError("not_in_source", row.reason or "")
            if own:
                raise _unreadable(run, collection, own)
    if homeless:
        with run.item(UNCLASSIFIED):
            raise _unreadable(run, UNCLASSIFIED, homeless)
    return not failures and settled == len(collections)


def retell(run: RunContext[Any], snapshot: InventorySyncRun) -> None:
    """Give the items of a finished sync their outcomes, as it stored them, to a run that lost its end."""
    coverage, problems = coverage_of(snapshot), problems_of(snapshot)
    db.session.commit()
    failures = [problem for problem in problems if problem.is_failure]
    for collection, row in coverage.items():
        own = [problem for problem in failures if problem.collection == collection]
        with run.item(collection):
            if row.state == CoverageState.SKIPPED:
                raise ItemSkippedError("not_in_source", row.reason or "")
            if own:
                raise _unreadable(run, collection, own)
    homeless = [problem for problem in failures if problem.collection is None]
    if homeless:
        with run.item(UNCLASSIFIED):
            raise _unreadable(run, UNCLASSIFIED, homeless)


def forget_settled(snapshot: InventorySyncRun) -> None:
    """Take out what an earlier call of the same sync had settled: it is settled anew; the caller commits."""
    for model in (InventoryCoverage, InventoryProblem, InventoryUnread):
        db.session.execute(delete(model).where(model.sync_run_id == snapshot.id))


def _coverage(
    writer: SnapshotWriter, collection: str, own: Sequence[SourceProblem], homeless: Sequence[SourceProblem]
) -> InventoryCoverage:
    counted = writer.counts.get(collection, Counter())
    if not counted and not own:
        state, reason = CoverageState.SKIPPED, NOTHING_THERE
    elif own or homeless:
        writer.keep(collection)
        state, reason = CoverageState.TRUNCATED, _what_is_missing(own, homeless)
    else:
        writer.close(collection)
        state, reason = CoverageState.COMPLETE, None
    return InventoryCoverage(
        collection=collection[:120],
        state=state,
        item_count=sum(counted.values()),
        policy_types=dict(counted),
        reason=reason[:400] if reason else None,
    )


def _what_is_missing(own: Sequence[SourceProblem], homeless: Sequence[SourceProblem]) -> str:
    if own:
        return f"{len(own)} of its documents could not be read, first {own[0].path}"
    return f"{homeless[0].path} could not be read and may belong here"


def _unreadable(
    run: RunContext[Any], item_id: str, problems: Sequence[SourceProblem | InventoryProblem]
) -> ItemFailedError:
    """The item's failure names its first document; every other one has its own entry."""
    for problem in problems[1:]:
        run.report("document_unreadable", problem.reason, item_id=item_id)
    return ItemFailedError("document_unreadable", problems[0].reason)


def problem_rows(snapshot: InventorySyncRun, problems: Sequence[SourceProblem]) -> Iterator[InventoryProblem]:
    """Problems and remarks as rows of the sync."""
    for problem in problems:
        yield InventoryProblem(
            sync_run_id=snapshot.id,
            path=problem.path[:600],
            reason_code=problem.reason_code,
            reason=problem.reason[:400],
            collection=problem.collection,
            is_failure=problem.is_failure,
        )
