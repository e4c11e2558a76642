"""The declarations of all loaded plugins, kind by kind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.core.registry.contract import Plugin
from app.core.registry.extensions import EXTENSIONS, Extension

E = TypeVar("E", bound=Extension)


@dataclass(frozen=True)
class Declared(Generic[E]):
    """A declaration and the name of the plugin it comes from."""

    plugin: str
    what: E


def declarations(plugins: Iterable[Plugin], kind: type[E]) -> dict[str, Declared[E]]:
    """Everything some plugins declare of one kind, by key, in their order."""
    return {what.key: Declared(plugin.name, what) for plugin in plugins for what in _of(plugin, kind)}


def wrong_declarations(plugin: Plugin, loaded: Iterable[Plugin]) -> list[str]:
    """What is wrong with a plugin's declarations, alone and beside the loaded plugins, in sentences."""
    others = tuple(loaded)
    return [problem for kind in EXTENSIONS for problem in _wrong(plugin, kind, others)]


def _wrong(plugin: Plugin, kind: type[Extension], others: tuple[Plugin, ...]) -> Iterator[str]:
    taken = declarations(others, kind)
    declared: object = getattr(plugin, kind.field)
    if not isinstance(declared, tuple):
        yield f"{kind.field} is no tuple"
        return
    for what in declared:
        if not isinstance(what, kind) or not isinstance(what.key, str):
            yield f"{kind.field}: {str(what)[:80]!r} is no {kind.__name__} with a key"
            continue
        yield from (f"{kind.kind} {what.key[:60]!r}: {problem}" for problem in _problems(what))
        if what.key in taken:
            owner = taken[what.key].plugin
            yield f"{kind.kind} {what.key[:60]!r} of plugin {plugin.name!r} is taken by plugin {owner!r}"
        taken[what.key] = Declared(plugin.name, what)


def _problems(what: Extension) -> list[str]:
    try:
        return what.problems()
    except Exception as error:  # noqa: BLE001 - fields may hold anything; whatever breaks its check is wrong
        return [f"it cannot be checked ({type(error).__name__})"]


def _of(plugin: Plugin, kind: type[E]) -> Iterator[E]:
    yield from getattr(plugin, kind.field)
