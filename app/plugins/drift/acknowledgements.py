"""Acknowledgements as they are read."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from app.core import db
from app.plugins.drift.acceptance import Pin
from app.plugins.drift.models import Finding, FindingAcknowledgement


def acknowledgements_of(finding: Finding) -> Sequence[FindingAcknowledgement]:
    """Every acknowledgement of a finding that nobody withdrew, newest first; over or not."""
    query = select(FindingAcknowledgement).where(
        FindingAcknowledgement.finding_id == finding.id, FindingAcknowledgement.withdrawn_at.is_(None)
    )
    return db.session.scalars(query.order_by(FindingAcknowledgement.id.desc())).all()


def pins_of(finding_ids: Collection[int]) -> Mapping[int, list[Pin]]:
    """What was acknowledged of some hundred findings and not withdrawn, by the number of the finding."""
    found: defaultdict[int, list[Pin]] = defaultdict(list)
    if not finding_ids:
        return found
    query = select(
        FindingAcknowledgement.finding_id,
        FindingAcknowledgement.path,
        FindingAcknowledgement.pinned_hash,
        FindingAcknowledgement.expires_at,
    ).where(FindingAcknowledgement.finding_id.in_(finding_ids), FindingAcknowledgement.withdrawn_at.is_(None))
    for row in db.session.execute(query):
        found[row.finding_id].append(Pin(row.path, row.pinned_hash, row.expires_at))
    return found


def given_by(run_id: int | None, finding_ids: Collection[int]) -> set[int]:
    """Which of some hundred findings a run has acknowledged already; none without a run."""
    if run_id is None or not finding_ids:
        return set()
    query = select(FindingAcknowledgement.finding_id).where(
        FindingAcknowledgement.finding_id.in_(finding_ids), FindingAcknowledgement.run_id == run_id
    )
    return set(db.session.scalars(query))
