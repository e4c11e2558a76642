"""One thing that is wrong with one plugin, whoever noticed it: the loader, a page, a run, the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.registry.catalog import Catalog
from app.core.registry.faults import Fault
from app.core.registry.lineage_states import LineageState
from app.core.registry.stages import Stage, advice_for
from app.core.runs.defects import DAYS, Defect, failed_links, unexpected_errors
from app.core.tenants import Tenant


@dataclass(frozen=True)
class Complaint:
    """A plugin failing at a stage.

    Attributes:
        plugin: its name; `core` for core's own tables.
        stage: one of `Stage`.
        reason: a sanitized sentence.
        last_at: when it was met last; none: it is so now, and stays until somebody acts.
        tenant: whose run met it.
        run_id: number of that run.
    """

    plugin: str
    stage: str
    reason: str
    last_at: datetime | None = None
    tenant: Tenant | None = None
    run_id: int | None = None

    @property
    def advice(self) -> str:
        """What to do about it."""
        return advice_for(self.stage)


def complaints(
    catalog: Catalog, faults: Sequence[Fault], states: Sequence[LineageState], tenants: Sequence[Tenant]
) -> list[Complaint]:
    """Everything that is known to be wrong: first what is so now, then what was met lately.

    Args:
        catalog: the loaded plugins and those that failed.
        faults: what this process met while it served pages.
        states: of the lineages.
        tenants: whose runs may be looked at; nothing is told of the others.
    """
    found = [Complaint(failed.name, failed.stage, failed.reason) for failed in catalog.failed]
    found += [Complaint(state.name, Stage.MIGRATE, state.problem) for state in states if state.problem]
    found += [
        Complaint(fault.plugin, fault.stage, f"{fault.reason}, {_times(fault.count)}", fault.last_at)
        for fault in faults
    ]
    found += _of_runs(Stage.EXECUTE, "an error that nobody foresaw", unexpected_errors(tenants), catalog)
    found += _of_runs(Stage.LINKS, "links that could not be made", failed_links(tenants), catalog)
    return found


def _of_runs(stage: Stage, met: str, defects: Sequence[Defect], catalog: Catalog) -> list[Complaint]:
    """Of a plugin that is gone there is nothing to repair."""
    return [
        Complaint(
            defect.plugin,
            stage,
            f"{defect.runs} {'run' if defect.runs == 1 else 'runs'} with {met} in {DAYS} days",
            defect.last_at,
            defect.tenant,
            defect.last_run_id,
        )
        for defect in defects
        if defect.plugin in catalog.plugins
    ]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
