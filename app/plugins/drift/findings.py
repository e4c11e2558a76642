"""Findings as they are read: filtered, listed, counted."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self, TypeAlias

from sqlalchemy import ColumnElement, Select, case, func, select

from app.core import RunFacts, Tenant, db
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.line import Line
from app.plugins.drift.models import Finding
from app.plugins.drift.searching import has_path, has_words
from app.plugins.drift.severity import Severity
from app.plugins.drift.standing import FindingState, StateFilter

AnySelect: TypeAlias = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class FindingFilter:
    """What the findings page shows.

    Attributes:
        run_id: the run that last saw them.
        finding_type: key of a finding type, declared or not.
        state: where they stand.
        line: what they were compared with.
        path: a part of a changed path, or with `*` the whole of one.
        text: words that stand in name, identity, type or reason.
        is_hidden: those that a rule hides, and no others; else those that none hides.
        hold_id: the group that holds them.
        is_held: whether a gate holds them; none: both.
    """

    severity: Severity | None = None
    collection: str | None = None
    kind: ChangeKind | None = None
    run_id: int | None = None
    finding_type: str | None = None
    state: StateFilter = StateFilter.ALL
    line: Line | None = None
    path: str = ""
    text: str = ""
    is_hidden: bool = False
    hold_id: int | None = None
    is_held: bool | None = None

    @property
    def new_ones(self) -> "FindingFilter":
        """What of the same can be acknowledged."""
        return replace(self, state=StateFilter.NEW)


class Choice(NamedTuple):
    """What matches a filter, in three numbers: others where anything came, went or changed."""

    total: int
    numbers: int  # sum of the findings' numbers
    revisions: int  # sum of their revisions

    @classmethod
    def of(cls, findings: Collection[tuple[int, int]]) -> Self:
        """The same of findings that were read, each as number and revision."""
        return cls(len(findings), sum(number for number, _ in findings), sum(rev for _, rev in findings))

    def __str__(self) -> str:
        return ".".join(map(str, self))


def list_findings(tenant: Tenant, wanted: FindingFilter, *, limit: int | None = None) -> Sequence[Finding]:
    """Findings of a tenant that match, most severe first; by default all."""
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


def count_states(tenant: Tenant, wanted: FindingFilter) -> dict[FindingState, int]:
    """How many findings stand where, whatever state the filter names."""
    state = case(
        (Finding.absorbed_version.is_not(None), FindingState.ABSORBED.value),
        (Finding.resolved_at.is_not(None), FindingState.RESOLVED.value),
        else_=Finding.status,
    )
    query = matching_findings(tenant, replace(wanted, state=StateFilter.ALL), select(state, func.count()))
    counted = {FindingState(name): count for name, count in db.session.execute(query.group_by(state))}
    return {state: counted.get(state, 0) for state in FindingState}


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


def choice_of(tenant: Tenant, wanted: FindingFilter) -> Choice:
    """What a filter matches now, to be compared with what somebody saw."""
    totals = select(func.count(), func.sum(Finding.id), func.sum(Finding.revision))
    counted = db.session.execute(matching_findings(tenant, wanted, totals)).one()
    return Choice(*(int(number or 0) for number in counted))


def seen_findings(tenant: Tenant, wanted: FindingFilter) -> Sequence[tuple[int, int]]:
    """Number and revision of every finding that matches."""
    query = matching_findings(tenant, wanted, select(Finding.id, Finding.revision)).order_by(Finding.id)
    return [(number, revision) for number, revision in db.session.execute(query)]


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
    return narrowed(wanted, query.where(Finding.tenant_id == tenant.id))


def narrowed(wanted: FindingFilter, query: AnySelect) -> AnySelect:
    """The same of a query that says itself of which tenants."""
    query = query.where(*has_words(wanted.text))
    said = (
        (Finding.severity, wanted.severity and wanted.severity.value),
        (Finding.collection, wanted.collection),
        (Finding.change_kind, wanted.kind and wanted.kind.value),
        (Finding.operation_run_id, wanted.run_id),
        (Finding.finding_type, wanted.finding_type),
        (Finding.line, wanted.line and wanted.line.value),
        (Finding.hold_id, wanted.hold_id),
    )
    query = query.where(*(column == value for column, value in said if value is not None))
    query = query.where(*_CONDITIONS[wanted.state](), *_set_aside(wanted))
    return query.where(has_path(wanted.path)) if wanted.path else query


def _set_aside(wanted: FindingFilter) -> Iterator[ColumnElement[bool]]:
    """What is not shown with the others: hidden by a rule, or held by a gate."""
    yield Finding.hidden_by.is_not(None) if wanted.is_hidden else Finding.hidden_by.is_(None)
    if wanted.is_held is not None:
        yield Finding.held_by.is_not(None) if wanted.is_held else Finding.held_by.is_(None)


_IS_OPEN = Finding.resolved_at.is_(None)
# Asked each time: whether a finding is acknowledged depends on the moment.
_CONDITIONS: dict[StateFilter, Callable[[], tuple[ColumnElement[bool], ...]]] = {
    StateFilter.ALL: lambda: (),
    StateFilter.OPEN: lambda: (_IS_OPEN,),
    StateFilter.NEW: lambda: (_IS_OPEN, Finding.status == "new"),
    StateFilter.ACKNOWLEDGED: lambda: (_IS_OPEN, Finding.status == "acknowledged"),
    StateFilter.RESOLVED: lambda: (Finding.resolved_at.is_not(None), Finding.absorbed_version.is_(None)),
    StateFilter.ABSORBED: lambda: (Finding.absorbed_version.is_not(None),),
}
