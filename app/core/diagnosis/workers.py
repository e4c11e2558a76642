"""Where living workers and this process differ: a page may offer what no worker can execute."""

from dataclasses import dataclass, field

from app import __version__
from app.core.registry.catalog import Catalog
from app.core.runs.workers import Worker, list_workers


@dataclass(frozen=True)
class WorkerDifference:
    """A living worker that has loaded something else than this process.

    Attributes:
        id: of the worker.
        said: what differs, a sentence each.
    """

    id: str
    said: list[str]


@dataclass(frozen=True)
class Crew:
    """The living workers beside this process.

    Attributes:
        living: how many.
        unoffered: run types that this process offers and no living worker can execute.
    """

    living: int = 0
    unoffered: list[str] = field(default_factory=list)
    differences: list[WorkerDifference] = field(default_factory=list)


def crew(catalog: Catalog) -> Crew:
    """The living workers, compared with what this process has loaded."""
    living = [worker for worker, lives in list_workers() if lives]
    offered = {run_type for worker in living for run_type in worker.run_types}
    compared = [WorkerDifference(worker.id, _differences(catalog, worker)) for worker in living]
    return Crew(
        living=len(living),
        unoffered=sorted(set(catalog.operations) - offered),
        differences=[difference for difference in compared if difference.said],
    )


def _differences(catalog: Catalog, worker: Worker) -> list[str]:
    here = {name: plugin.version for name, plugin in catalog.plugins.items()}
    there: dict[str, str] = worker.plugins
    said = [] if worker.version == __version__ else [f"it is TenantAtlas {worker.version}"]
    said += [f"{name} is missing there" for name in sorted(here.keys() - there.keys())]
    said += [f"{name} is loaded there alone" for name in sorted(there.keys() - here.keys())]
    said += [
        f"{name} is {there[name]} there, {here[name]} here"
        for name in sorted(here.keys() & there.keys())
        if here[name] != there[name]
    ]
    return said
