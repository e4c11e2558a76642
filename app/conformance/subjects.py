"""What is checked: plugins, and each of their operations with each of its examples."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from sqlalchemy import Table

from app.core.registry.candidates import ENTRY_POINTS
from app.core.registry.catalog import Catalog
from app.core.registry.contract import AnyOperation, Plugin


@dataclass(frozen=True)
class Subject:
    """A plugin to be checked; `reason` says why one was not loaded."""

    name: str
    reason: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Case:
    """One operation with one of its examples."""

    plugin: str
    run_type: str
    number: int
    params: Mapping[str, object]

    def __str__(self) -> str:
        return f"{self.run_type}-example{self.number}"


def subjects_in(catalog: Catalog, wanted: str) -> list[Subject]:
    """The plugin of a name, or every built-in one; those that failed to load with the reason."""
    foreign = installed_plugins()
    failed = [Subject(found.name, f"it failed at {found.stage}: {found.reason}") for found in catalog.failed]
    loaded = [Subject(name) for name in catalog.plugins]
    if wanted:
        return [subject for subject in (*loaded, *failed) if subject.name == wanted]
    strangers = {entry.name for entry in entry_points(group=ENTRY_POINTS)}
    return [subject for subject in loaded if subject.name not in foreign] + [
        subject for subject in failed if subject.name not in strangers
    ]


def installed_plugins() -> dict[str, EntryPoint]:
    """Plugin name -> the entry point that brought it; those that cannot be loaded are left out."""
    found = {}
    for entry in entry_points(group=ENTRY_POINTS):
        with suppress(Exception, SystemExit):
            plugin = entry.load()
            if isinstance(plugin, Plugin):
                found[plugin.name] = entry
    return found


def operations_of(catalog: Catalog, subjects: Iterable[Subject]) -> list[AnyOperation]:
    """The operations of the plugins that were loaded."""
    return [operation for plugin in loaded(catalog, subjects) for operation in plugin.operations]


def cases_of(catalog: Catalog, subjects: Iterable[Subject]) -> list[Case]:
    """Every example of every operation of the plugins that were loaded."""
    return [
        Case(plugin.name, operation.run_type, number, params)
        for plugin in loaded(catalog, subjects)
        for operation in plugin.operations
        for number, params in enumerate(operation.examples, start=1)
    ]


def loaded(catalog: Catalog, subjects: Iterable[Subject]) -> list[Plugin]:
    """The plugins of those subjects that were loaded."""
    return [catalog.plugins[subject.name] for subject in subjects if not subject.reason]


def tables_of(plugin: Plugin) -> list[Table]:
    """The tables of a plugin."""
    mappers = plugin.models.registry.mappers if plugin.models is not None else ()
    return [mapper.local_table for mapper in mappers if isinstance(mapper.local_table, Table)]


def stands_on(catalog: Catalog, name: str) -> list[str]:
    """The plugins that one requires, those that they require first."""
    wanted = {name}
    for plugin in reversed(catalog.plugins.values()):
        if plugin.name in wanted:
            wanted |= set(plugin.requires)
    return [found for found in catalog.plugins if found in wanted - {name}]


def standing_on(catalog: Catalog, name: str) -> Sequence[str]:
    """The plugins that require one, directly or not, itself first."""
    found = [name]
    for plugin in catalog.plugins.values():
        if plugin.name != name and set(plugin.requires) & set(found):
            found.append(plugin.name)
    return found
