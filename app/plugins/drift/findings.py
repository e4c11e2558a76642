"""Writing and reading findings."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from sqlalchemy import Select, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from app.core import JsonObject, Tenant, clock, db, redact, safe_reason, tenant_key
from app.plugins.drift.compare import (
    Change,
    ChangeKind,
    changed_paths,
    changes_between,
    evidence_of,
    fingerprint_of,
    is_never_a_finding,
)
from app.plugins.drift.drifted import DriftedPolicy
from app.plugins.drift.models import FINDING_TYPE, Finding
from app.plugins.drift.pair import SnapshotPair
from app.plugins.drift.severity import Severity, Subject, Verdict, severity_of
from app.plugins.drift.trimming import without_equal_settings
from app.plugins.inventory import Sealer, bodies_of, canonicalize, list_rules

SHOWN = 500

AnySelect: TypeAlias = Select[*tuple[Any, ...]]

_KEPT = frozenset(
    {"tenant_id", "fingerprint", "created_at", "status"}
)  # what seeing a finding again does not change


class FindingWriter:
    """Turns drifted policies into findings: inserted, or brought up to date when found before."""

    def __init__(self, tenant: Tenant, pair: SnapshotPair, run_id: int, fence: Callable[[], None]) -> None:
        """Write for one run over one pair of snapshots.

        Args:
            tenant: whose.
            pair: what is compared.
            run_id: the drift generation.
            fence: called in each writing transaction before its commit; raises if another holds the run.
        """
        self._fence = fence
        self._tenant, self._pair, self._run_id = tenant, pair, run_id
        self._sealer = Sealer(tenant_key(tenant, "inventory.secrets"))
        self.counts: Counter[ChangeKind] = Counter()
        self.exempt = 0  # policies that Microsoft keeps itself: no findings

    def write(self, policies: Sequence[DriftedPolicy]) -> None:
        """Judge and store a chunk of policies; commits."""
        bodies = bodies_of(self._tenant, list({digest for policy in policies for digest in policy.hashes}))
        # Reading ends before anything is computed: on SQLite nobody else could write meanwhile.
        db.session.commit()
        rows = [row for policy in policies if (row := self._row(policy, bodies)) is not None]
        _upsert(rows)
        self._fence()
        db.session.commit()
        self.counts.update(ChangeKind(row["change_kind"]) for row in rows)
        self.exempt += len(policies) - len(rows)

    def _row(self, policy: DriftedPolicy, bodies: Mapping[str, bytes]) -> JsonObject | None:
        before, after = self._contents(policy, bodies)
        if is_never_a_finding(policy.collection, before, after):
            return None
        changes = []
        if before is not None and after is not None:
            changes = changes_between(before, after, list_rules)
        subject = Subject(policy.collection, policy.policy_type)
        verdict = severity_of(subject, policy.kind, changes, before, after)
        return {**self._facts(policy), **_judgement(verdict), **_shown(changes)}

    def _contents(
        self, policy: DriftedPolicy, bodies: Mapping[str, bytes]
    ) -> tuple[JsonObject | None, JsonObject | None]:
        """Canonical contents of both sides, without the settings that are equal in both."""
        before = orjson.loads(bodies[policy.before_hash]) if policy.before_hash else None
        after = orjson.loads(bodies[policy.after_hash]) if policy.after_hash else None
        if before is not None and after is not None:
            before, after = without_equal_settings(before, after)
        return self._canonical(before, policy), self._canonical(after, policy)

    def _canonical(self, body: JsonObject | None, policy: DriftedPolicy) -> JsonObject | None:
        if body is None:
            return None
        # Stored bodies were searched for credentials when they were read.
        return canonicalize(body, policy.collection, self._sealer, is_wary=False).content

    def _facts(self, policy: DriftedPolicy) -> JsonObject:
        now = clock.now()
        identity = (policy.policy_type, policy.external_id, policy.kind.value)
        return {
            "tenant_id": self._tenant.id,
            "finding_type": FINDING_TYPE,
            "scope_key": self._pair.scope_key,
            "baseline_run_id": self._pair.baseline.id,
            "current_run_id": self._pair.current.id,
            "operation_run_id": self._run_id,
            "fingerprint": fingerprint_of(FINDING_TYPE, self._pair.scope_key, *identity),
            "change_kind": policy.kind.value,
            "collection": policy.collection,
            "subject_type": policy.policy_type,
            "subject_external_id": policy.external_id,
            "policy_id": policy.policy_id,
            "display_name": policy.display_name,
            "status": "new",
            "created_at": now,
            "updated_at": now,
        }


@dataclass(frozen=True)
class FindingFilter:
    """What the findings page shows.

    Attributes:
        run_id: the drift generation that last saw them.
    """

    severity: Severity | None = None
    collection: str | None = None
    kind: ChangeKind | None = None
    run_id: int | None = None


def list_findings(tenant: Tenant, wanted: FindingFilter, *, limit: int | None = SHOWN) -> Sequence[Finding]:
    """Findings of a tenant, most severe first."""
    order = _matching(tenant, wanted, select(Finding)).order_by(
        Finding.severity_rank, Finding.collection, Finding.display_name, Finding.id
    )
    return db.session.scalars(order.limit(limit)).all()


def count_findings(tenant: Tenant, wanted: FindingFilter) -> dict[Severity, int]:
    """How many findings of each severity match, whatever severity the filter names."""
    others = FindingFilter(collection=wanted.collection, kind=wanted.kind, run_id=wanted.run_id)
    query = _matching(tenant, others, select(Finding.severity, func.count())).group_by(Finding.severity)
    counted = {Severity(name): count for name, count in db.session.execute(query)}
    return {severity: counted.get(severity, 0) for severity in Severity}


def count_open_findings(tenant: Tenant) -> dict[Severity, int]:
    """How many findings of each severity nobody has acknowledged, most severe first; zeros included."""
    query = (
        select(Finding.severity_rank, func.count())
        .where(Finding.tenant_id == tenant.id, Finding.status == "new")
        .group_by(Finding.severity_rank)
    )
    counted = dict(db.session.execute(query).all())
    return {severity: counted.get(severity.rank, 0) for severity in Severity}


def find_finding(tenant: Tenant, finding_id: int) -> Finding | None:
    """One finding of a tenant, or nothing."""
    if not 0 < finding_id < 2**31:
        return None
    return db.session.scalar(select(Finding).where(Finding.tenant_id == tenant.id, Finding.id == finding_id))


def collections_with_findings(tenant: Tenant) -> list[str]:
    """Collections a tenant has findings in."""
    query = select(Finding.collection).where(Finding.tenant_id == tenant.id).distinct()
    return sorted(db.session.scalars(query))


def _judgement(verdict: Verdict) -> JsonObject:
    return {
        "severity": verdict.severity.value,
        "severity_rank": verdict.severity.rank,
        "severity_rule": verdict.rule_id,
        "severity_reason": safe_reason(verdict.reason),
    }


def _shown(changes: Sequence[Change]) -> JsonObject:
    return {"evidence": evidence_of(changes, redact), "changed_paths": changed_paths(changes, redact)}


def _upsert(rows: Sequence[JsonObject]) -> None:
    if not rows:
        return
    connection, table = db.session.connection(), Finding.__table__
    if not isinstance(table, Table):
        raise TypeError(table)
    statement = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
    refreshed = {name: statement.excluded[name] for name in rows[0] if name not in _KEPT}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["tenant_id", "fingerprint"], set_=refreshed),
        list(rows),
    )


def _matching(tenant: Tenant, wanted: FindingFilter, query: AnySelect) -> AnySelect:
    query = query.where(Finding.tenant_id == tenant.id)
    if wanted.severity is not None:
        query = query.where(Finding.severity == wanted.severity.value)
    if wanted.collection is not None:
        query = query.where(Finding.collection == wanted.collection)
    if wanted.kind is not None:
        query = query.where(Finding.change_kind == wanted.kind.value)
    if wanted.run_id is not None:
        query = query.where(Finding.operation_run_id == wanted.run_id)
    return query
