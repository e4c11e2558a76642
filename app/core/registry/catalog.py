"""The catalog of one application: which plugins are loaded, which failed, which run types exist."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import current_app

from app.core.errors import PluginError, UnknownRunTypeError
from app.core.registry.contract import AnyOperation, Plugin, problems_of

EXTENSION = "tenantatlas.catalog"


@dataclass(frozen=True)
class FailedPlugin:
    """A plugin that is not available, and why."""

    name: str
    stage: str
    reason: str


@dataclass
class Catalog:
    """Loaded plugins in `requires` order, with what they declare."""

    plugins: dict[str, Plugin] = field(default_factory=dict)
    failed: list[FailedPlugin] = field(default_factory=list)
    operations: dict[str, AnyOperation] = field(default_factory=dict)

    def add(self, plugin: Plugin) -> None:
        """Take a plugin in.

        Raises:
            PluginError: the declaration cannot be used, or a plugin it requires is not loaded.
        """
        problems = problems_of(plugin)
        if plugin.name in self.plugins:
            problems.append("another plugin has this name")
        problems += [
            f"run type {op.run_type!r} is taken" for op in plugin.operations if op.run_type in self.operations
        ]
        if problems:
            raise PluginError(plugin.name, "validate", "; ".join(problems))
        missing = [name for name in plugin.requires if name not in self.plugins]
        if missing:
            raise PluginError(plugin.name, "requires", f"not loaded: {', '.join(missing)}")
        self.plugins[plugin.name] = plugin
        self.operations |= {operation.run_type: operation for operation in plugin.operations}

    def refuse(self, error: PluginError) -> None:
        """Note a plugin that was never taken in."""
        self.failed.append(FailedPlugin(error.name, error.stage, error.reason))

    def drop(self, error: PluginError) -> None:
        """Note a failure of a plugin that was taken in, and take out what it had brought."""
        plugin = self.plugins.pop(error.name)
        for operation in plugin.operations:
            self.operations.pop(operation.run_type)
        self.refuse(error)

    def operation(self, run_type: str) -> AnyOperation:
        """What was declared for a run type.

        Raises:
            UnknownRunTypeError: nobody declared it.
        """
        try:
            return self.operations[run_type]
        except KeyError:
            message = f"no loaded plugin offers run type {run_type[:120]!r}"
            raise UnknownRunTypeError(message) from None

    def plugin_of(self, run_type: str) -> Plugin:
        """The plugin that brought a run type.

        Raises:
            UnknownRunTypeError: nobody brought it.
        """
        self.operation(run_type)
        return next(p for p in self.plugins.values() if any(op.run_type == run_type for op in p.operations))


def in_required_order(plugins: Iterable[Plugin]) -> list[Plugin]:
    """Plugins so that each stands behind those it requires; a circle's members come last, in name order."""
    waiting = sorted(plugins, key=lambda plugin: plugin.name)
    names = {plugin.name for plugin in waiting}
    ordered: list[Plugin] = []
    placed: set[str] = set()
    while ready := [p for p in waiting if not (set(p.requires) & names) - placed]:
        ordered += ready
        placed |= {plugin.name for plugin in ready}
        waiting = [plugin for plugin in waiting if plugin not in ready]
    return ordered + waiting


def current_catalog() -> Catalog:
    """The catalog of the running application."""
    catalog = current_app.extensions[EXTENSION]
    if not isinstance(catalog, Catalog):
        raise TypeError(EXTENSION)
    return catalog
