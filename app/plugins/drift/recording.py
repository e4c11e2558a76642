"""Findings that other plugins write, of the finding types they declare."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from app.core import (
    FindingType,
    InvalidInputError,
    JsonObject,
    RunContext,
    Tenant,
    clock,
    current_catalog,
    db,
    find_run,
    safe_reason,
)
from app.plugins.drift.compare import Change, LeafKind, fingerprint_of
from app.plugins.drift.severity import Severity
from app.plugins.drift.storing import store
from app.plugins.drift.telling import Teller
from app.plugins.inventory import known_policies

CHUNK = 200  # findings a transaction
OBSERVED = "observed"  # their change kind: nothing is compared

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class FindingFact:
    """One fact that a finding shows; redacted, at most 200 characters a value. None: no such side."""

    name: str
    before: Scalar = None
    after: Scalar = None


@dataclass(frozen=True, kw_only=True)
class NewFinding:
    """One finding as a plugin tells it; every text is redacted and cut to what the table holds.

    Attributes:
        subject_type: what kind of thing it is about; 120 characters.
        subject_id: which one: with type, scope and rule it names the finding for good; not empty.
        name: what people call the subject; 600 characters.
        severity: how soon a person should look.
        rule: id of what found it; 80 characters.
        reason: one sentence that says why; 400 characters.
        facts: what is shown; at most 50.
        scope: what tells equal subjects apart, if anything; 32 characters.
        collection: key of the policy type, if it is about a policy.
        policy_id: number of that policy in inventory.
    """

    subject_type: str
    subject_id: str
    name: str
    severity: Severity
    rule: str
    reason: str
    facts: Sequence[FindingFact] = ()
    scope: str = ""
    collection: str = ""
    policy_id: str | None = None


def record_findings(run: RunContext[Any], finding_type: str, findings: Iterable[NewFinding]) -> int:
    """Store findings of a run's tenant: new ones are inserted, known ones brought up to date; commits.

    Args:
        run: of the plugin that declares the finding type; every chunk is written behind its fence.
        finding_type: the key.
        findings: at most 200 are in memory at a time.

    Returns:
        How many findings were told.

    Raises:
        InvalidInputError: the type is not declared by the run's plugin, or a finding names nothing or a
            policy that the tenant does not have; what came in earlier chunks stays.
    """
    _require_own(run, finding_type)
    told, waiting, teller = 0, iter(findings), Teller(run.tenant)
    while chunk := list(islice(waiting, CHUNK)):
        _require_policies(run.tenant, chunk)
        store(run.tenant, run.id, [_row(run, finding_type, finding, teller) for finding in chunk])
        run.fence()
        db.session.commit()
        told += len(chunk)
        run.checkpoint()
    return told


def _require_own(run: RunContext[Any], finding_type: str) -> None:
    found = current_catalog().declared(FindingType).get(finding_type)
    record = find_run(run.tenant, run.id)
    db.session.commit()
    if found is None or record is None or record.plugin != found.plugin:
        writer = record.plugin if record else "nobody"
        raise InvalidInputError(f"the plugin {writer!r} declares no finding type {finding_type[:40]!r}")


def _require_policies(tenant: Tenant, chunk: Sequence[NewFinding]) -> None:
    named = {finding.policy_id for finding in chunk if finding.policy_id is not None}
    unknown = named - known_policies(tenant, named).keys()
    db.session.commit()
    if unknown:
        raise InvalidInputError(f"tenant {tenant.slug!r} has no policy {min(unknown)[:40]!r}")


def _row(run: RunContext[Any], finding_type: str, finding: NewFinding, teller: Teller) -> JsonObject:
    if not finding.subject_id or not finding.subject_type or not finding.rule:
        raise InvalidInputError("a finding needs a subject_type, a subject_id and a rule")
    identity = (finding.scope, finding.subject_type, finding.subject_id, finding.rule)
    now = clock.now()
    return {
        "tenant_id": run.tenant.id,
        "finding_type": finding_type,
        "scope_key": safe_reason(finding.scope, 32),
        "baseline_run_id": None,
        "current_run_id": None,
        "operation_run_id": run.id,
        "first_run_id": run.id,
        "fingerprint": fingerprint_of(finding_type, *identity),
        "change_kind": OBSERVED,
        "collection": safe_reason(finding.collection, 120),
        "subject_type": safe_reason(finding.subject_type, 120),
        "subject_external_id": safe_reason(finding.subject_id, 1300),
        "policy_id": finding.policy_id,
        "display_name": safe_reason(finding.name, 600),
        "severity": finding.severity.value,
        "severity_rank": finding.severity.rank,
        "severity_rule": safe_reason(finding.rule, 80),
        "severity_reason": safe_reason(finding.reason, 400),
        "created_at": now,
        "updated_at": now,
        **teller.told([_change(fact) for fact in finding.facts], (finding.severity.value,)),
    }


def _change(fact: FindingFact) -> Change:
    sides = (fact.before, fact.after)
    if not all(side is None or isinstance(side, str | int | float | bool) for side in sides):
        raise InvalidInputError(f"the fact {fact.name[:40]!r} is neither text, number, nor yes or no")
    kind = LeafKind.CHANGED
    if fact.before is None or fact.after is None:
        kind = LeafKind.ADDED if fact.before is None else LeafKind.REMOVED
    return Change((f"/{fact.name}",), kind, fact.before, fact.after)
