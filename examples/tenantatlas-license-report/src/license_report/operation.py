"""The run type `license_report.count`."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import islice

from flask import url_for
from pydantic import BaseModel, ConfigDict, Field

from app.core import (
    Choice,
    ItemFailedError,
    OperationType,
    ReasonCode,
    RelatedLink,
    RunContext,
    RunFacts,
    RunFailedError,
    Tenant,
    db,
)
from app.plugins.inventory import (
    InventorySyncRun,
    PolicyFilter,
    SyncStatus,
    chosen_ids,
    comparable_syncs,
    find_sync,
    latest_sync,
)
from license_report.judging import judged
from license_report.licenses import License
from license_report.models import Report
from license_report.reports import add_policies, begin_report, counts_of, finish_report, report_of_run

CHUNK = 200  # policies a transaction: on SQLite nobody else writes meanwhile


class CountParams(BaseModel):
    """What is reported on."""

    model_config = ConfigDict(extra="forbid")

    sync_run_id: int | None = Field(
        default=None, title="Sync", description="The inventory sync to report on; empty: the newest."
    )


def count(run: RunContext[CountParams]) -> None:
    """Write a report; a resumed run goes on with the one that it has begun, about the same sync."""
    report, sync = _begin(run)
    run.expect(chosen_ids(sync, PolicyFilter()))
    policy_ids = iter(run.items)
    while chunk := list(islice(policy_ids, CHUNK)):
        _count_some(run, report, sync, chunk)
        run.checkpoint()
    finish_report(report)
    run.summarize(sync_run_id=report.sync_run_id, licenses=counts_of(report))
    run.fence()  # a worker that was taken for dead writes nothing
    db.session.commit()


def _begin(run: RunContext[CountParams]) -> tuple[Report, InventorySyncRun]:
    report = report_of_run(run.tenant, run.id)
    sync = _sync(run.tenant, report.sync_run_id if report else run.params.sync_run_id)
    if report is None:
        report = begin_report(run.tenant, run.id, sync.id)
        run.fence()
        db.session.commit()
    return report, sync


def _sync(tenant: Tenant, sync_run_id: int | None) -> InventorySyncRun:
    sync = latest_sync(tenant) if sync_run_id is None else find_sync(tenant, sync_run_id)
    if sync is None or not SyncStatus(sync.status).is_comparable:
        raise RunFailedError("no_sync", "There is no finished inventory sync to report on.")
    return sync


def _count_some(
    run: RunContext[CountParams], report: Report, sync: InventorySyncRun, policy_ids: Sequence[str]
) -> None:
    found = judged(run.tenant, sync, policy_ids)
    rows = [
        {
            "policy_id": policy.policy_id,
            "policy_type": policy.collection,
            "name": policy.display_name or policy.external_id,
            "license": judgement.key,
        }
        for policy, judgement in found.values()
        if isinstance(judgement, License)
    ]
    add_policies(report, rows)
    run.fence()
    db.session.commit()  # first the rows, then the outcomes: what is lost between is done again
    for policy_id in policy_ids:
        with run.item(policy_id):
            if policy_id not in found:
                raise ItemFailedError("unreadable", "The sync does not have this policy any more.")
            _, judgement = found[policy_id]
            if not isinstance(judgement, License):
                raise judgement


def _choices(tenant: Tenant) -> list[Choice]:
    return [
        Choice(str(sync.id), f"Sync {sync.id}: {sync.origin}, {sync.policy_count:,} policies")
        for sync in comparable_syncs(tenant)
    ]


def _links(run: RunFacts) -> list[RelatedLink]:
    number = run.summary.get("sync_run_id")
    if number is None:
        return []
    return [
        RelatedLink("License report", url_for("license_report.show", sync_run_id=number)),
        RelatedLink(f"Inventory sync {number}", url_for("inventory.show", sync_run_id=number)),
    ]


operation = OperationType(
    run_type="license_report.count",
    label="License report",
    description="Report which Microsoft license each policy of an inventory sync needs.",
    icon="patch-check",
    params=CountParams,
    choices={"sync_run_id": _choices},
    execute=count,
    related_links=_links,
    # A policy that is judged twice is as good as one judged once, so another worker may go on.
    resumable=True,
    idempotent_items=True,
    # Two reports about one sync would take each other's place while they end.
    concurrency=1,
    # Asked for when licenses are bought, which is once a year.
    retention=timedelta(days=400),
    examples=({}, {"sync_run_id": 1}),
    reason_codes={
        "license_unknown": ReasonCode(
            "License unknown", "Nothing to do; look the feature up if the policy matters to you."
        ),
        "unreadable": ReasonCode(
            "Could not be read", "Sync again with an export that holds the policy, then report on that sync."
        ),
        "no_sync": ReasonCode("No sync", "Take an inventory sync and let it finish, then start again."),
    },
)
