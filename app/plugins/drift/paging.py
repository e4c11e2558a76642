"""Findings page by page, in groups: along the order from the last row on, never by counting rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Tuple, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.core import InvalidInputError, Tenant, db
from app.plugins.drift.findings import FindingFilter, matching_findings
from app.plugins.drift.models import Finding

PAGE = 100  # findings
GROUPS: Mapping[str, InstrumentedAttribute[str]] = {
    "severity": Finding.severity,
    "type": Finding.collection,
    "change": Finding.change_kind,
    "path": Finding.main_path,
}
_ORDER = (Finding.severity_rank, Finding.collection, Finding.display_name, Finding.id)


@dataclass(frozen=True)
class FindingGroup:
    """Findings of a page that share what the list is grouped by.

    Attributes:
        total: how many match on all pages.
    """

    key: str
    total: int
    findings: Sequence[Finding]


@dataclass(frozen=True)
class FindingPage:
    """One page.

    Attributes:
        before: number of its first finding, where there is a page before; else none.
        after: number of its last finding, where there is a page after; else none.
    """

    groups: Sequence[FindingGroup]
    before: int | None = None
    after: int | None = None

    @property
    def count(self) -> int:
        """Findings on it."""
        return sum(len(group.findings) for group in self.groups)


def order_of(group: str) -> Sequence[InstrumentedAttribute[str] | InstrumentedAttribute[int]]:
    """The columns by which a list is ordered: the group, then what is most severe."""
    return _ORDER if group == "severity" else (GROUPS[group], *_ORDER)


def turn_to(
    tenant: Tenant, wanted: FindingFilter, group: str, *, after: int = 0, before: int = 0, size: int = PAGE
) -> FindingPage:
    """The page after a finding, or the page before one; without either the first.

    Raises:
        InvalidInputError: the tenant has no such finding.
    """
    rows = _rows(tenant, wanted, group, after or before, is_back=bool(before), limit=size + 1)
    has_more, rows = len(rows) > size, rows[:size]
    has_before, has_after = (has_more, True) if before else (bool(after), has_more)
    if before:
        rows.reverse()
    return FindingPage(
        _grouped(tenant, wanted, group, rows),
        rows[0].id if rows and has_before else None,
        rows[-1].id if rows and has_after else None,
    )


def _rows(
    tenant: Tenant, wanted: FindingFilter, group: str, place: int, *, is_back: bool, limit: int
) -> list[Finding]:
    columns = order_of(group)
    query = matching_findings(tenant, wanted, select(Finding))
    if place:
        here, there = tuple_(*columns), _place(tenant, columns, place)
        query = query.where(here < there if is_back else here > there)
    ordered = query.order_by(*(column.desc() if is_back else column for column in columns))
    return list(db.session.scalars(ordered.limit(limit)))


def _place(
    tenant: Tenant,
    columns: Sequence[InstrumentedAttribute[str] | InstrumentedAttribute[int]],
    finding_id: int,
) -> Tuple:
    query = select(*columns).where(Finding.tenant_id == tenant.id, Finding.id == finding_id)
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise InvalidInputError(f"before, after: there is no finding {finding_id} here any more")
    return tuple_(*row)


def _grouped(
    tenant: Tenant, wanted: FindingFilter, group: str, rows: Sequence[Finding]
) -> list[FindingGroup]:
    column = GROUPS[group]
    found = [(key, list(members)) for key, members in groupby(rows, key=lambda row: getattr(row, column.key))]
    query = matching_findings(tenant, wanted, select(column, func.count()))
    shown = query.where(column.in_([key for key, _ in found])).group_by(column)
    totals: Mapping[str, int] = dict(db.session.execute(shown).all()) if found else {}
    return [FindingGroup(key, totals[key], members) for key, members in found]
