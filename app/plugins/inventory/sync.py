"""`inventory.sync`: read every policy of a source, store what is new, say what could not be read."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from flask import url_for
from pydantic import BaseModel, ConfigDict, Field

from app.core import (
    ItemFailedError,
    ItemSkippedError,
    OperationType,
    ReasonCode,
    RelatedLink,
    RunContext,
    RunFacts,
    RunFailedError,
    clock,
    db,
    safe_reason,
)
from app.plugins.inventory.attribution import attributed
from app.plugins.inventory.coverage import CoverageState, SyncStatus
from app.plugins.inventory.models import InventoryCoverage, InventoryProblem, InventorySyncRun
from app.plugins.inventory.policies.canonical import NORMALIZER_VERSION
from app.plugins.inventory.policies.problems import Problem
from app.plugins.inventory.reader import PolicyReader
from app.plugins.inventory.reading.errors import SourceError
from app.plugins.inventory.scope import scope_key
from app.plugins.inventory.store.writing import SnapshotWriter, fail_unfinished

UNCLASSIFIED = "unclassified"  # the item of documents of which nobody can say what they are


class SyncParams(BaseModel):
    """What to read."""

    model_config = ConfigDict(extra="forbid")

    source: Literal["files"] = Field(
        default="files", title="Source", description="Where policies are read from."
    )
    path: str = Field(
        min_length=1,
        max_length=4000,
        title="Export",
        description="Folder, zip or JSON file on the worker's machine.",
    )


def sync(run: RunContext[SyncParams]) -> None:
    """Take one snapshot; see docs/inventory.md."""
    snapshot = _begin(run)
    try:
        _take(run, snapshot)
    except SourceError as error:
        _end(snapshot, SyncStatus.FAILED)
        raise RunFailedError(error.reason_code, error.reason) from None
    except BaseException:
        _end(snapshot, SyncStatus.FAILED)
        raise


def _begin(run: RunContext[SyncParams]) -> InventorySyncRun:
    snapshot = InventorySyncRun(
        id=run.id,
        tenant_id=run.tenant.id,
        status=SyncStatus.RUNNING,
        selection_hash=scope_key(run.params.source),
        source=run.params.source,
        origin=safe_reason(Path(run.params.path).name, 200),
        normalizer_version=NORMALIZER_VERSION,
        started_at=clock.now(),
    )
    fail_unfinished(run.tenant, snapshot.selection_hash)
    snapshot = db.session.merge(snapshot)
    db.session.commit()
    run.summarize(inventory_sync_run_id=snapshot.id)
    return snapshot


def _take(run: RunContext[SyncParams], snapshot: InventorySyncRun) -> None:
    writer = SnapshotWriter(run.tenant, snapshot.selection_hash, snapshot.id)
    reader = PolicyReader(run.tenant)
    for policy in reader.policies(Path(run.params.path)):
        run.expect([policy.key.collection])
        writer.add(policy)
        if writer.is_full:
            run.checkpoint()
            writer.flush()
    writer.settle()
    problems = attributed(reader.problems, writer.openings.collections_by_path(), reader.collections_by_path)
    _settle_collections(run, snapshot, writer, problems)
    db.session.add_all(_problem_rows(snapshot, problems))
    snapshot.policy_count = sum(counter.total() for counter in writer.counts.values())
    failed = any(problem.is_failure for problem in problems)
    _end(snapshot, SyncStatus.COMPLETED_WITH_ERRORS if failed else SyncStatus.COMPLETED)
    run.summarize(
        policies=snapshot.policy_count,
        **{name: writer.changes[name] for name in ("added", "changed", "ended")},
    )


def _settle_collections(
    run: RunContext[SyncParams], snapshot: InventorySyncRun, writer: SnapshotWriter, problems: list[Problem]
) -> None:
    """Believe absences where everything was read, and give each collection its coverage and outcome."""
    failures = [problem for problem in problems if problem.is_failure]
    homeless = [problem for problem in failures if problem.collection is None]
    named = {problem.collection for problem in failures if problem.collection is not None}
    for collection in sorted({*writer.counts, *named, *writer.openings.collections()}):
        own = [problem for problem in failures if problem.collection == collection]
        with run.item(collection):
            row = _coverage(writer, collection, own, homeless)
            row.sync_run_id = snapshot.id
            db.session.add(row)
            db.session.commit()
            if row.state == CoverageState.SKIPPED:
                raise ItemSkippedError("not_in_source", row.reason or "")
            if own:
                raise _unreadable(run, collection, own)
    if homeless:
        with run.item(UNCLASSIFIED):
            raise _unreadable(run, UNCLASSIFIED, homeless)


def _coverage(
    writer: SnapshotWriter, collection: str, own: list[Problem], homeless: list[Problem]
) -> InventoryCoverage:
    counted = writer.counts.get(collection, Counter())
    if not counted and not own:
        state, reason = (
            CoverageState.SKIPPED,
            "The source holds nothing of this type; what was known is kept.",
        )
    elif own:
        writer.keep(collection)
        state, reason = (
            CoverageState.TRUNCATED,
            f"{len(own)} of its documents could not be read, first {own[0].path}",
        )
    elif homeless:
        writer.keep(collection)
        state, reason = CoverageState.TRUNCATED, f"{homeless[0].path} could not be read and may belong here"
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


def _unreadable(run: RunContext[SyncParams], item_id: str, problems: list[Problem]) -> ItemFailedError:
    """The item's failure names its first document; every other one has its own entry."""
    for problem in problems[1:]:
        run.report("document_unreadable", problem.reason, item_id=item_id)
    return ItemFailedError("document_unreadable", problems[0].reason)


def _problem_rows(snapshot: InventorySyncRun, problems: list[Problem]) -> Iterable[InventoryProblem]:
    for problem in problems:
        yield InventoryProblem(
            sync_run_id=snapshot.id,
            path=problem.path[:600],
            reason_code=problem.reason_code,
            reason=problem.reason[:400],
            collection=problem.collection,
            is_failure=problem.is_failure,
        )


def _end(snapshot: InventorySyncRun, status: SyncStatus) -> None:
    if status is SyncStatus.FAILED:
        db.session.rollback()
    snapshot.status, snapshot.finished_at = status, clock.now()
    db.session.add(snapshot)
    db.session.commit()


def _links(run: RunFacts) -> list[RelatedLink]:
    sync_run_id = run.summary.get("inventory_sync_run_id")
    return (
        [RelatedLink("Inventory snapshot", url_for("inventory.show", sync_run_id=sync_run_id))]
        if sync_run_id
        else []
    )


operation = OperationType(
    run_type="inventory.sync",
    label="Inventory sync",
    description="Read every policy of an export and keep what is new.",
    icon="cloud-download",
    params=SyncParams,
    execute=sync,
    idempotency_key=lambda _tenant, params: scope_key(params.source),
    shown_inputs=lambda _tenant, params: {"source": params.source, "export": Path(params.path).name},
    related_links=_links,
    start_endpoint="inventory.new",
    reason_codes={
        "document_unreadable": ReasonCode(
            "Document unreadable",
            "Export the named document again; nothing of its type is taken for removed meanwhile.",
        ),
        "not_in_source": ReasonCode(
            "Not in the source", "Nothing to do if the export left this type out on purpose."
        ),
        "source_not_found": ReasonCode("Export not found", "Check the path on the worker's machine."),
        "source_unreadable": ReasonCode(
            "Export unreadable", "Check that the worker may read it and that it is a folder, zip or JSON."
        ),
        "source_empty": ReasonCode("Export empty", "Choose the folder that holds the JSON files."),
        "archive_unreadable": ReasonCode("Archive unreadable", "Make the zip again; this one is damaged."),
        "archive_too_large": ReasonCode(
            "Archive too large", "Split the export, or import the unpacked folder."
        ),
        "no_policies": ReasonCode(
            "No policies found", "Choose an export of policies: folder, zip or JSON file."
        ),
    },
)
