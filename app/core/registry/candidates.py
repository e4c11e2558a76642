"""Where plugins say they are: modules below `app.plugins`, then the group `tenantatlas.plugins`."""

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions
from types import ModuleType

ENTRY_POINTS = "tenantatlas.plugins"
PACKAGE = "tenantatlas.plugin_package"  # extension: where the built-in ones are


@dataclass(frozen=True)
class Candidate:
    """A place that should hold a plugin.

    Attributes:
        name: of the module or the entry point; the plugin's own name is known when it is imported.
        module: dotted name.
        attribute: of the module, dotted; empty: the module itself.
        distribution: what was installed to bring it; none: it is built in.
        fault: why it cannot even be looked for.
    """

    name: str
    module: str = ""
    attribute: str = ""
    distribution: str | None = None
    fault: str | None = None


def candidates(package: ModuleType) -> Iterator[Candidate]:
    """Built-in ones in the package's order, then installed ones by name.

    Args:
        package: built-in plugins are its submodules, each with an attribute `plugin`.
    """
    yield from _below(package)
    yield from sorted(_installed(), key=lambda candidate: candidate.name)


def _below(package: ModuleType) -> Iterator[Candidate]:
    """Of two modules of one name, the one in the package's earlier folder counts."""
    seen: set[str] = set()
    for folder in package.__path__:
        for module in pkgutil.iter_modules([folder]):
            if module.name in seen:
                yield Candidate(module.name, fault=f"{folder} holds another module of a name that is taken")
            else:
                seen.add(module.name)
                yield Candidate(module.name, f"{package.__name__}.{module.name}", "plugin")


def _installed() -> Iterator[Candidate]:
    """Of a distribution that is there twice, the first on the path counts."""
    seen: set[str] = set()
    for distribution in distributions():
        found = _entries_of(distribution)
        if found and (name := distribution.name or "unnamed distribution") not in seen:
            seen.add(name)
            yield from (_candidate(entry, name) for entry in found)


def _entries_of(distribution: Distribution) -> list[EntryPoint | None]:
    """Its entry points in our group; one that is none: they cannot be read, and ours is among them."""
    try:
        return [entry for entry in distribution.entry_points if entry.group == ENTRY_POINTS]
    except Exception:  # noqa: BLE001 - a metadata file may hold anything, and all others are still to be found
        return [None] if ENTRY_POINTS in (distribution.read_text("entry_points.txt") or "") else []


def _candidate(entry: EntryPoint | None, distribution: str) -> Candidate:
    if entry is None:
        return Candidate(distribution, distribution=distribution, fault="its entry points cannot be read")
    module, _, attribute = entry.value.partition("[")[0].partition(":")
    return Candidate(entry.name, module.strip(), attribute.strip(), distribution)
