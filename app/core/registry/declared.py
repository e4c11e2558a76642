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
    before = declarations(others, kind).values()
    declared: object = getattr(plugin, kind.field)
    if not isinstance(declared, tuple):
        yield f"{kind.field} is no tuple"
        return
    seen: set[str] = set()
    for what in declared:
        if not isinstance(what, kind) or not isinstance(what.key, str):
            yield f"{kind.field}: {str(what)[:80]!r} is no {kind.__name__} with a key"
            continue
        name = f"{kind.kind} {what.key[:60]!r} of plugin {plugin.name!r}"
        yield from (f"{name}: {problem}" for problem in _problems(what, before))
        if what.key in seen:
            yield f"{name} is declared twice"
        seen.add(what.key)


def _problems(what: E, before: Iterable[Declared[E]]) -> list[str]:
    try:
        clashes = [(what.clash(other.what), other.plugin) for other in before]
        return what.problems() + [f"{reason} plugin {owner!r}" for reason, owner in clashes if reason]
    except Exception as error:  # noqa: BLE001 - fields may hold anything; whatever breaks its check is wrong
        return [f"it cannot be checked ({type(error).__name__})"]


def _of(plugin: Plugin, kind: type[E]) -> Iterator[E]:
    yield from getattr(plugin, kind.field)
