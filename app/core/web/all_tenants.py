"""All tenants of a member, a row each, worst first: core's facts, and what cards say of many at a glance."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from app.core.registry.catalog import Catalog
from app.core.registry.declared import Declared
from app.core.registry.extensions import CardFact, OverviewCard
from app.core.runs.standing import standings
from app.core.tenants import Tenant
from app.core.users import Membership
from app.core.web.overview import asked, checked_facts, facts_of_runs

FACTS_SHOWN = 3
ROWS = 50  # a page

# Id of a tenant -> facts; none: whoever knows could not say it just now.
Said: TypeAlias = Mapping[int, Sequence[CardFact]] | None
Glance: TypeAlias = Callable[[Sequence[Tenant]], Mapping[int, Iterable[CardFact]]]


@dataclass(frozen=True)
class Column:
    """One column of the table, after the tenant's name."""

    label: str
    plugin: str
    said: Said


@dataclass(frozen=True)
class TenantRow:
    """One tenant of the member.

    Attributes:
        cells: (name of the column, facts) in the order of the columns; facts none: not available.
    """

    membership: Membership
    cells: Sequence[tuple[str, Sequence[CardFact] | None]]

    @property
    def urgency(self) -> tuple[int, ...]:
        """Sorts the worst tenant first: how many facts are bad, then their sum; the same of warnings."""
        facts = [fact for _, said in self.cells for fact in said or ()]
        return tuple(-figure for tone in ("bad", "warn") for figure in _weight(facts, tone))


@dataclass(frozen=True)
class AllTenants:
    """One page of them.

    Attributes:
        columns: names, after the tenant's own.
        number: of the page, from 1.
        total: tenants on all pages.
        missing: plugins that could not say theirs.
    """

    columns: Sequence[str]
    rows: Sequence[TenantRow]
    number: int
    total: int
    missing: Sequence[str]

    @property
    def shown(self) -> str:
        """Which of them stand here, in words."""
        first = (self.number - 1) * ROWS + 1
        return f"{first}-{first + len(self.rows) - 1} of {self.total}"

    @property
    def has_more(self) -> bool:
        """Whether there is a page after this."""
        return self.number * ROWS < self.total


def all_tenants_of(
    catalog: Catalog, memberships: Sequence[Membership], *, words: str = "", page: int = 1
) -> AllTenants:
    """A page of a member's tenants, worst first.

    Args:
        catalog: the loaded plugins.
        memberships: by name of the tenant, which decides between equals.
        words: a part of a name or slug, whatever its case; empty: any.
        page: from 1; one that is too high is the last.
    """
    chosen = [found for found in memberships if _says(found.tenant, words)]
    columns = _columns(catalog, [found.tenant for found in chosen])
    rows = sorted((_row(found, columns) for found in chosen), key=lambda row: row.urgency)
    number = max(1, min(page, -(-len(rows) // ROWS)))
    return AllTenants(
        columns=[column.label for column in columns],
        rows=rows[(number - 1) * ROWS : number * ROWS],
        number=number,
        total=len(rows),
        missing=[column.plugin for column in columns if column.said is None],
    )


def _says(tenant: Tenant, words: str) -> bool:
    wanted = words.casefold()
    return wanted in tenant.name.casefold() or wanted in tenant.slug


def _columns(catalog: Catalog, tenants: Sequence[Tenant]) -> list[Column]:
    runs = standings(tenants)
    own = {
        tenant.id: checked_facts(facts_of_runs(tenant, runs[tenant.id]), FACTS_SHOWN) for tenant in tenants
    }
    found = catalog.declared(OverviewCard).values()
    return [
        Column("Runs", "core", own),
        *(_column(one, one.what.glance, tenants) for one in found if one.what.glance is not None),
    ]


def _column(found: Declared[OverviewCard], glance: Glance, tenants: Sequence[Tenant]) -> Column:
    said = asked(found, partial(_glanced, glance, tenants)) if tenants else {}
    return Column(found.what.label, found.plugin, said)


def _glanced(glance: Glance, tenants: Sequence[Tenant]) -> Mapping[int, Sequence[CardFact]]:
    said = glance(tenants)
    return {tenant.id: checked_facts(said.get(tenant.id, ()), FACTS_SHOWN) for tenant in tenants}


def _row(found: Membership, columns: Sequence[Column]) -> TenantRow:
    return TenantRow(
        found,
        [(column.label, None if column.said is None else column.said[found.tenant_id]) for column in columns],
    )


def _weight(facts: Iterable[CardFact], tone: str) -> tuple[int, int]:
    """How many facts have a tone, and the sum of their figures; a word counts as one."""
    figures = [_figure(fact) for fact in facts if fact.tone == tone]
    return len(figures), sum(figures)


def _figure(fact: CardFact) -> int:
    digits = str(fact.value).replace(",", "")
    return int(digits) if digits.isascii() and digits.isdigit() else 1
