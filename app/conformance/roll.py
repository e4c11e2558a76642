"""Who is checked in this test run, and for which of them each check is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from app.conformance.deployment import deployed
from app.conformance.subjects import (
    Case,
    Subject,
    cases_of,
    installed_plugins,
    operations_of,
    subjects_in,
)
from app.core.registry.catalog import Catalog
from app.core.registry.contract import AnyOperation
from app.core.retention.operation import plugin as core_plugin


@dataclass(frozen=True)
class Roll:
    """The chosen plugins among all that were found."""

    catalog: Catalog
    subjects: Sequence[Subject]

    @property
    def names(self) -> list[str]:
        """Every plugin there is, those that failed to load too."""
        return [*self.catalog.plugins, *(failed.name for failed in self.catalog.failed)]

    @property
    def loaded(self) -> list[Subject]:
        """Those that can be checked further."""
        return [subject for subject in self.subjects if not subject.reason]

    @property
    def operations(self) -> list[AnyOperation]:
        """What they declare."""
        return operations_of(self.catalog, self.subjects)

    @property
    def cases(self) -> list[Case]:
        """Every operation with each of its examples."""
        return cases_of(self.catalog, self.subjects)

    def firsts(self) -> list[Case]:
        """Every operation with its first example."""
        return [case for case in self.cases if case.number == 1]

    def resumable(self) -> list[Case]:
        """Cases whose run another worker may go on with."""
        return [case for case in self.cases if self.catalog.operation(case.run_type).resumable]

    def not_resumable(self) -> list[Case]:
        """Cases whose run ends with its worker."""
        return [case for case in self.cases if not self.catalog.operation(case.run_type).resumable]

    def with_form(self) -> list[Case]:
        """Cases that are started from the form core makes."""
        return [case for case in self.cases if not self.catalog.operation(case.run_type).start_endpoint]

    def with_settings(self) -> list[Case]:
        """Cases of plugins that an administrator can set up."""
        return [case for case in self.cases if self.catalog.plugins[case.plugin].settings is not None]

    def removable(self) -> list[Case]:
        """Cases of plugins without which the product can be started: all but core's own."""
        return [case for case in self.firsts() if case.plugin != core_plugin.name]

    def with_tables(self) -> list[Subject]:
        """Plugins that bring models."""
        return [subject for subject in self.loaded if self.catalog.plugins[subject.name].models is not None]

    def with_pages(self) -> list[Subject]:
        """Plugins that bring views."""
        return [subject for subject in self.loaded if self.catalog.plugins[subject.name].blueprints]

    def with_resources(self) -> list[Subject]:
        """Plugins that programs read from."""
        return [subject for subject in self.loaded if self.catalog.plugins[subject.name].api_resources]

    def distributed(self) -> list[Subject]:
        """Plugins that a distribution of its own brought."""
        installed = installed_plugins()
        return [subject for subject in self.loaded if subject.name in installed]


# Name of a check's argument -> what it is made for.
CHOSEN: Mapping[str, Callable[[Roll], Sequence[Subject | Case | AnyOperation]]] = {
    "subject": lambda roll: roll.subjects,
    "subject_with_tables": Roll.with_tables,
    "subject_with_pages": Roll.with_pages,
    "subject_with_resources": Roll.with_resources,
    "subject_of_distribution": Roll.distributed,
    "loaded_subject": lambda roll: roll.loaded,
    "operation": lambda roll: roll.operations,
    "case": lambda roll: roll.cases,
    "first_case": Roll.firsts,
    "resumable_case": Roll.resumable,
    "once_only_case": Roll.not_resumable,
    "case_with_form": Roll.with_form,
    "case_with_settings": Roll.with_settings,
    "removable_case": Roll.removable,
}


def call_roll(wanted: str) -> Roll:
    """Load every plugin there is and choose those that are to be checked.

    Args:
        wanted: name of one plugin; empty: every built-in one.
    """
    with TemporaryDirectory() as folder, deployed(f"sqlite:///{folder}/none.db", Path(folder)) as deployment:
        return Roll(deployment.catalog, subjects_in(deployment.catalog, wanted))
