"""Findings as they are read: filtered, listed, counted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sqlalchemy import Select, func, select

from app.core import RunFacts, Tenant, db
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.models import Finding
from app.plugins.drift.severity import Severity

SHOWN = 500

AnySelect: TypeAlias = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class FindingFilter:
    """What the findings page shows.

    Attributes:
        run_id: the run that last saw them.
        finding_type: key of a finding type, declared or not.
        status: new or acknowledged.
        is_hidden: those that a rule hides, and no others; else those that none hides.
        hold_id: the group that holds them.
        is_held: whether a gate holds them; none: both.
    """

    severity: Severity | None = None
    collection: str | None = None
    kind: ChangeKind | None = None
    run_id: int | None = None
    finding_type: str | None = None
    status: str | None = None
    is_hidden: bool = False
    hold_id: int | None = None
    is_held: bool | None = None


def list_findings(tenant: Tenant, wanted: FindingFilter, *, limit: int | None = SHOWN) -> Sequence[Finding]:
    """Findings of a tenant, most severe first."""
    order = matching_findings(tenant, wanted, select(Finding)).order_by(
        Finding.severity_rank, Finding.collection, Finding.display_name, Finding.id
    )
    return db.session.scalars(order.limit(limit)).all()


def count_findings(tenant: Tenant, wanted: FindingFilter) -> dict[Severity, int]:
    """How many findings of each severity match, whatever severity the filter names."""
    query = matching_findings(
        tenant, replace(wanted, severity=None), select(Finding.severity, func.count())
    ).group_by(Finding.severity)
    counted = {Severity(name): count for name, count in db.session.execute(query)}
    return {severity: counted.get(severity, 0) for severity in Severity}


def count_open_findings(tenants: Collection[Tenant]) -> Mapping[int, dict[Severity, int]]:
    """Tenant id -> how many open findings of each severity nobody has acknowledged; zeros included."""
    query = (
        select(Finding.tenant_id, Finding.severity_rank, func.count())
        .where(
            Finding.tenant_id.in_([tenant.id for tenant in tenants]),
            Finding.resolved_at.is_(None),
            Finding.held_by.is_(None),
            Finding.hidden_by.is_(None),
            Finding.status == "new",
        )
        .group_by(Finding.tenant_id, Finding.severity_rank)
    )
    counted = {tenant.id: dict.fromkeys(Severity, 0) for tenant in tenants}
    for tenant_id, rank, count in db.session.execute(query):
        counted[tenant_id][list(Severity)[rank]] = count
    return counted


def new_findings(run: RunFacts) -> dict[Severity, int]:
    """How many findings of each severity are new by a run; those without are left out.

    New is what no run had found before, what changed after it was acknowledged, and what is back.
    For `OperationType.new_findings`. Counted in the table, so that a resumed run counts what its earlier
    attempts have found.
    """
    query = select(Finding.severity, func.count()).where(
        Finding.tenant_id == run.tenant.id,
        Finding.operation_run_id == run.id,
        Finding.opened_run_id == run.id,
        Finding.resolved_at.is_(None),
        Finding.held_by.is_(None),
        Finding.hidden_by.is_(None),
        Finding.status == "new",
    )
    return {Severity(name): count for name, count in db.session.execute(query.group_by(Finding.severity))}


def find_finding(tenant: Tenant, finding_id: int) -> Finding | None:
    """One finding of a tenant, or nothing."""
    if not 0 < finding_id < 2**31:
        return None
    return db.session.scalar(select(Finding).where(Finding.tenant_id == tenant.id, Finding.id == finding_id))


def collections_with_findings(tenant: Tenant) -> list[str]:
    """Collections a tenant has findings in; some findings are about no policy."""
    query = select(Finding.collection).where(Finding.tenant_id == tenant.id).distinct()
    return sorted(filter(None, db.session.scalars(query)))


def types_with_findings(tenant: Tenant) -> list[str]:
    """Keys of the finding types a tenant has findings of, whoever declares them."""
    query = select(Finding.finding_type).where(Finding.tenant_id == tenant.id).distinct()
    return sorted(db.session.scalars(query))


def matching_findings(tenant: Tenant, wanted: FindingFilter, query: AnySelect) -> AnySelect:
    """A query of findings, narrowed to those of a tenant that match."""
    query = query.where(
        Finding.tenant_id == tenant.id,
        Finding.hidden_by.is_not(None) if wanted.is_hidden else Finding.hidden_by.is_(None),
    )
    if wanted.is_held is not None:
        query = query.where(Finding.held_by.is_not(None) if wanted.is_held else Finding.held_by.is_(None))
    if wanted.status is not None:
        query = query.where(Finding.status == wanted.status)
    exactly = {
        Finding.severity: wanted.severity.value if wanted.severity else None,
        Finding.collection: wanted.collection,
        Finding.change_kind: wanted.kind.value if wanted.kind else None,
        Finding.operation_run_id: wanted.run_id,
        Finding.finding_type: wanted.finding_type,
        Finding.hold_id: wanted.hold_id,
    }
    return query.where(*(column == value for column, value in exactly.items() if value is not None))
