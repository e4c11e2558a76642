"""What a new version of a baseline makes of open findings: those whose state it holds are closed."""

from collections.abc import Sequence

from sqlalchemy import update

from app.core import Tenant, clock, db
from app.plugins.drift.history import Event, EventKind, record_events
from app.plugins.drift.models import DriftBaseline, Finding
from app.plugins.drift.open_findings import Reading, open_findings
from app.plugins.inventory import InventorySyncRun


def absorb(tenant: Tenant, baseline: DriftBaseline, sync: InventorySyncRun) -> int:
    """Close the open findings whose policy is in the baseline as it was found; the caller commits.

    Findings of both lines are: whoever names a sync as the baseline wants the tenant as it was then. What the
    sync did not read absorbs nothing.

    Returns:
        How many were closed.
    """
    reading, closed = Reading(sync), 0
    for some in open_findings(tenant, baseline.scope_key):
        contents = reading.contents(some)
        held = [
            finding.id
            for finding in some
            if finding.policy_id in contents and contents[finding.policy_id] == finding.after_hash
        ]
        _close(tenant, baseline, held)
        closed += len(held)
    return closed


def _close(tenant: Tenant, baseline: DriftBaseline, finding_ids: Sequence[int]) -> None:
    if not finding_ids:
        return
    closing = update(Finding).where(Finding.tenant_id == tenant.id, Finding.id.in_(finding_ids))
    db.session.execute(
        closing.values(resolved_at=clock.now(), absorbed_version=baseline.version),
        execution_options={"synchronize_session": False},
    )
    event = Event(
        kind=EventKind.ABSORBED,
        actor=baseline.set_by,
        reason=baseline.reason or None,
        facts={"version": baseline.version, "baseline": baseline.sync_run_id},
    )
    record_events(tenant, [(finding_id, event) for finding_id in finding_ids])
