"""The catalog of one application: which plugins are loaded, which failed, which run types exist."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import current_app
from pydantic import BaseModel

from app.core.errors import PluginError, UnknownRunTypeError
from app.core.redaction import safe_reason
from app.core.registry.api import incompatibility
from app.core.registry.contract import AnyOperation, Plugin
from app.core.registry.declared import Declared, E, declarations, wrong_declarations
from app.core.registry.problems import problems_of
from app.core.registry.settings import read_settings, wrong_settings
from app.core.registry.stages import Stage

EXTENSION = "tenantatlas.catalog"

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True)
class FailedPlugin:
    """A plugin that is not available, and why."""

    name: str
    stage: str
    reason: str


@dataclass
class Catalog:
    """Loaded plugins in `requires` order, with what they declare.

    Attributes:
        plugins: by name.
        failed: those that are not available, in the order of their failures.
        operations: by their run type of today.
        distributions: plugin -> what was installed to bring it; built-in ones are not in it.
        disabled: names that a setting keeps from being loaded.
        settings: what was read for each model of settings.
        reserved: environment variables that no plugin's setting may be.
    """

    plugins: dict[str, Plugin] = field(default_factory=dict)
    failed: list[FailedPlugin] = field(default_factory=list)
    operations: dict[str, AnyOperation] = field(default_factory=dict)
    distributions: dict[str, str] = field(default_factory=dict)
    disabled: list[str] = field(default_factory=list)
    settings: dict[type[BaseModel], BaseModel] = field(default_factory=dict, repr=False)
    reserved: frozenset[str] = frozenset()
    _declared: dict[type, Mapping[str, Declared[Any]]] = field(default_factory=dict, repr=False)

    def add(self, plugin: Plugin) -> None:
        """Take a plugin in.

        Raises:
            PluginError: it was written for another API, its declaration cannot be used, or a plugin it
                requires is not loaded.
        """
        if reason := incompatibility(plugin.requires_api):
            raise PluginError(plugin.name, Stage.COMPATIBILITY, reason)
        problems = _problems_of(plugin)
        if plugin.name in self.plugins:
            problems.append("another plugin has this name")
        problems += self._taken(plugin)
        problems += wrong_settings(plugin, self.reserved, self.plugins.values())
        problems += wrong_declarations(plugin, self.plugins.values())
        if problems:
            raise PluginError(plugin.name, Stage.VALIDATE, "; ".join(problems))
        missing = [name for name in plugin.requires if name not in self.plugins]
        if missing:
            raise PluginError(plugin.name, Stage.REQUIRES, f"not loaded: {', '.join(missing)}")
        if (settings := read_settings(plugin, os.environ)) is not None:
            self.settings[type(settings)] = settings
        self.plugins[plugin.name] = plugin
        self.operations |= {operation.run_type: operation for operation in plugin.operations}
        self._declared.clear()

    def refuse(self, error: PluginError) -> None:
        """Note a plugin that was never taken in."""
        self.failed.append(FailedPlugin(error.name, error.stage, error.reason))

    def drop(self, error: PluginError) -> None:
        """Note a failure of a plugin that was taken in, and take out what it had brought."""
        plugin = self.plugins.pop(error.name)
        for operation in plugin.operations:
            self.operations.pop(operation.run_type)
        if plugin.settings is not None:
            self.settings.pop(plugin.settings)
        self._declared.clear()
        self.refuse(error)

    def operation(self, run_type: str) -> AnyOperation:
        """What was declared for a run type, of today or former.

        Raises:
            UnknownRunTypeError: nobody declared it.
        """
        found = self.find_operation(run_type)
        if found is None:
            message = f"no loaded plugin offers run type {run_type[:120]!r}"
            raise UnknownRunTypeError(message)
        return found

    def find_operation(self, run_type: str) -> AnyOperation | None:
        """The same, or nothing."""
        former = (found for found in self.operations.values() if run_type in found.aliases)
        return self.operations.get(run_type) or next(former, None)

    def todays(self, run_type: str) -> str:
        """The run type of today for a former one; any other stays as it is."""
        operation = self.find_operation(run_type)
        return run_type if operation is None else operation.run_type

    @property
    def run_types(self) -> dict[str, tuple[str, ...]]:
        """Every run type, of today or former, whose runs can be executed here -> all of its operation."""
        return {name: found.run_types for found in self.operations.values() for name in found.run_types}

    def declared(self, kind: type[E]) -> Mapping[str, Declared[E]]:
        """What the loaded plugins declare of one kind, such as `OverviewCard`: by key, in load order."""
        if kind not in self._declared:
            self._declared[kind] = declarations(self.plugins.values(), kind)
        return self._declared[kind]

    def plugin_of(self, run_type: str) -> Plugin:
        """The plugin that brought a run type.

        Raises:
            UnknownRunTypeError: nobody brought it.
        """
        wanted = self.operation(run_type).run_type
        return next(p for p in self.plugins.values() if any(op.run_type == wanted for op in p.operations))

    def plugin_of_pages(self, blueprints: Iterable[str]) -> str | None:
        """Name of the plugin that brought one of these blueprints, or nothing: they are core's."""
        wanted = set(blueprints)
        for plugin in self.plugins.values():
            if any(blueprint.name in wanted for blueprint in plugin.blueprints):
                return plugin.name
        return None

    def _taken(self, plugin: Plugin) -> list[str]:
        return [
            f"run type {run_type!r} is taken"
            for operation in plugin.operations
            for run_type in operation.run_types
            if self.find_operation(run_type) is not None
        ]


def _problems_of(plugin: Plugin) -> list[str]:
    try:
        return problems_of(plugin)
    except Exception as error:
        reason = f"its declaration cannot be read: {type(error).__name__}: {safe_reason(str(error), 200)}"
        raise PluginError(plugin.name, Stage.VALIDATE, reason) from error


def in_required_order(plugins: Iterable[Plugin]) -> list[Plugin]:
    """Plugins so that each stands behind those it requires, else as given; a circle's members come last."""
    waiting = list(plugins)
    names = {plugin.name for plugin in waiting}
    ordered: list[Plugin] = []
    while ready := next((p for p in waiting if not set(p.requires) & names), None):
        ordered.append(ready)
        waiting = [plugin for plugin in waiting if plugin is not ready]
        names.discard(ready.name)
    return ordered + waiting


def current_catalog() -> Catalog:
    """The catalog of the running application."""
    catalog = current_app.extensions[EXTENSION]
    if not isinstance(catalog, Catalog):
        raise TypeError(EXTENSION)
    return catalog


def plugin_settings(model: type[S]) -> S:
    """The settings of a loaded plugin, read when it was loaded.

    Args:
        model: what the plugin declares as its `settings`.

    Raises:
        LookupError: no loaded plugin declares it.
    """
    found = current_catalog().settings.get(model)
    if isinstance(found, model):
        return found
    raise LookupError(f"no loaded plugin declares the settings {model.__name__}")
