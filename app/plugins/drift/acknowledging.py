"""Acknowledging findings as they are."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

from app.core import InvalidInputError, JsonObject, Tenant, clock, db, record_audit
from app.plugins.drift.acknowledgements import given_by
from app.plugins.drift.deciding import Decision
from app.plugins.drift.history import Event, EventKind, record_events
from app.plugins.drift.models import Finding, FindingAcknowledgement
from app.plugins.drift.pinning import SENTENCES, Outcome, locked, outcome_for, stand

PathPin: TypeAlias = tuple[str | None, str]  # a path, none for the whole; and the digest that is accepted
Accepted: TypeAlias = tuple[Finding, Sequence[PathPin]]


def acknowledge_findings(
    tenant: Tenant, seen: Mapping[int, int], decision: Decision, fence: Callable[[], None]
) -> dict[int, Outcome]:
    """Acknowledge some hundred findings, each as a whole; audited; commits.

    Args:
        tenant: whose.
        seen: number of a finding -> its revision when somebody looked at it.
        decision: why, how long, who; and the run.
        fence: called before the commit.

    Returns:
        What became of each; asked again by the same run, the same.
    """
    found = locked(tenant, seen)
    given = given_by(decision.run_id, found)
    outcomes = {
        number: Outcome.ACKNOWLEDGED if number in given else outcome_for(found.get(number), revision)
        for number, revision in seen.items()
    }
    taken = [
        found[number]
        for number, outcome in outcomes.items()
        if outcome is Outcome.ACKNOWLEDGED and number not in given
    ]
    _accept(tenant, decision, [(finding, [(None, finding.evidence_hash)]) for finding in taken])
    if taken:
        _audit(
            tenant,
            "findings.acknowledged",
            f"run:{decision.run_id}",
            decision,
            {"findings": [finding.id for finding in taken]},
        )
    fence()
    db.session.commit()
    return outcomes


def acknowledge(
    tenant: Tenant, finding_id: int, revision: int, decision: Decision, paths: Collection[str] = ()
) -> None:
    """Acknowledge one finding, or what changed at some of its paths; audited; commits.

    Args:
        tenant: whose.
        finding_id: its number.
        revision: its revision when somebody looked at it.
        decision: why, how long, who.
        paths: of those the finding names; none: all of it.

    Raises:
        InvalidInputError: it changed, or cannot be acknowledged, or has no such path; the text says which.
    """
    finding = locked(tenant, [finding_id]).get(finding_id)
    outcome = outcome_for(finding, revision)
    if finding is None or outcome is not Outcome.ACKNOWLEDGED:
        db.session.rollback()
        raise InvalidInputError(SENTENCES[outcome])
    unknown = sorted(path for path in paths if not path or path not in finding.path_hashes)
    if unknown:
        db.session.rollback()
        raise InvalidInputError(f"path: {unknown[0][:60]!r} is none of this finding")
    chosen = sorted(set(paths))
    pins: list[PathPin] = [(path, finding.path_hashes[path]) for path in chosen]
    _accept(tenant, decision, [(finding, pins or [(None, finding.evidence_hash)])])
    _audit(tenant, "finding.acknowledged", f"finding:{finding.id}", decision, {"paths": chosen})
    db.session.commit()


def _accept(
    tenant: Tenant, decision: Decision, accepted: Sequence[tuple[Finding, Sequence[PathPin]]]
) -> None:
    db.session.add_all(_given(finding, pin, decision) for finding, pins in accepted for pin in pins)
    record_events(tenant, [(finding.id, _event(decision, pins)) for finding, pins in accepted])
    stand([finding for finding, _ in accepted])


def _given(finding: Finding, pin: PathPin, decision: Decision) -> FindingAcknowledgement:
    path, pinned_hash = pin
    return FindingAcknowledgement(
        tenant_id=finding.tenant_id,
        finding_id=finding.id,
        path=path,
        pinned_hash=pinned_hash,
        reason=decision.reason,
        expires_at=decision.until,
        acknowledged_by=decision.actor,
        acknowledged_at=clock.now(),
        run_id=decision.run_id,
    )


def _event(decision: Decision, pins: Sequence[PathPin]) -> Event:
    facts: JsonObject = {"until": decision.until.isoformat()} if decision.until else {}
    paths = [path for path, _ in pins if path is not None]
    return Event(
        kind=EventKind.ACKNOWLEDGED,
        actor=decision.actor,
        reason=decision.reason,
        run_id=decision.run_id,
        facts=facts | ({"paths": paths} if paths else {}),
    )


def _audit(tenant: Tenant, action: str, subject: str, decision: Decision, more: JsonObject) -> None:
    until = decision.until.isoformat() if decision.until else None
    record_audit(
        tenant.id,
        action,
        subject,
        user_id=decision.user_id,
        actor=decision.actor,
        details={"reason": decision.reason, "until": until, **more},
    )
