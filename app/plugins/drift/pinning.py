"""Findings under decision: locked, judged, and brought in line with what is acknowledged of them."""

from collections.abc import Collection, Sequence
from enum import StrEnum

from sqlalchemy import select

from app.core import Tenant, db
from app.plugins.drift.acceptance import acceptance_of
from app.plugins.drift.acknowledgements import pins_of
from app.plugins.drift.models import Finding


class Outcome(StrEnum):
    """What became of one finding that was to be acknowledged."""

    ACKNOWLEDGED = "acknowledged"
    ALREADY = "already_acknowledged"
    CLOSED = "resolved_meanwhile"
    CHANGED = "changed_meanwhile"
    GONE = "finding_gone"
    UNCOMPARED = "compare_again"  # it was found before evidence had digests


SENTENCES = {
    Outcome.ALREADY: "It is acknowledged already, as it is.",
    Outcome.CLOSED: "It was resolved or absorbed meanwhile: there is nothing to acknowledge.",
    Outcome.CHANGED: "It changed since it was looked at: look again, then decide.",
    Outcome.GONE: "This tenant has no such finding.",
    Outcome.UNCOMPARED: "It was found by an earlier version: compare again, then acknowledge it.",
}


def locked(tenant: Tenant, numbers: Collection[int]) -> dict[int, Finding]:
    """Findings of a tenant by number, as they stand until the transaction ends; others are left out."""
    query = (
        select(Finding)
        .where(Finding.tenant_id == tenant.id, Finding.id.in_(numbers))
        .order_by(Finding.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {finding.id: finding for finding in db.session.scalars(query)}


def outcome_for(finding: Finding | None, revision: int) -> Outcome:
    """What acknowledging a finding would come to, if it was seen in one of its revisions."""
    if finding is None:
        return Outcome.GONE
    if not finding.is_open:
        return Outcome.CLOSED
    if finding.revision != revision:
        return Outcome.CHANGED
    if finding.status == "acknowledged":
        return Outcome.ALREADY
    return Outcome.ACKNOWLEDGED if finding.evidence_hash else Outcome.UNCOMPARED


def stand(findings: Sequence[Finding]) -> None:
    """Bring the status of some hundred locked findings in line with what is acknowledged of them."""
    db.session.flush()
    pins = pins_of([finding.id for finding in findings])
    for finding in findings:
        accepted = acceptance_of(finding.evidence_hash, finding.path_hashes, pins[finding.id])
        finding.stored_status = "acknowledged" if accepted else "new"
        finding.acknowledged_until = accepted.until if accepted else None
    db.session.flush()
