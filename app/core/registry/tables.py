"""Whose a table is, and whether a plugin's tables can stand beside those of the others."""

from collections.abc import Iterable

from sqlalchemy import Column, Constraint, ForeignKey, Index, Table, event
from sqlalchemy.exc import InvalidRequestError

from app.core.db import CoreModel, metadata
from app.core.errors import PluginError
from app.core.redaction import safe_reason
from app.core.registry.catalog import Catalog
from app.core.registry.contract import Plugin
from app.core.registry.stages import Stage

_HARMLESS = ("CASCADE", "SET NULL")
_sealed: set[Table] = set()


def seal() -> None:
    """Let nobody add to the tables there are: a column that took another's place would break its queries."""
    _sealed.update(metadata.tables.values())


@event.listens_for(Column, "before_parent_attach")
@event.listens_for(Constraint, "before_parent_attach")
@event.listens_for(Index, "before_parent_attach")
def _refuse_sealed(_part: object, parent: object) -> None:
    if isinstance(parent, Table) and parent in _sealed:
        message = f"{parent.name!r} is a table of somebody else"
        raise InvalidRequestError(message)


def core_tables() -> frozenset[str]:
    """Names of core's own tables."""
    return frozenset(_mapped(CoreModel.registry.mappers))


def tables_of(plugin: Plugin) -> frozenset[str]:
    """Names of a plugin's tables: what its base has mapped, and whatever is named `<plugin>__...`."""
    if plugin.models is None:
        return frozenset()
    prefixed = {name for name in metadata.tables if name.startswith(f"{plugin.name}__")}
    return frozenset(_mapped(plugin.models.registry.mappers)) | prefixed


def require_sound(plugin: Plugin, catalog: Catalog) -> None:
    """Pass if a plugin's classes can be configured and its tables harm nobody; else take them out.

    Args:
        plugin: a loaded plugin.
        catalog: whose other plugins' tables are not to be touched; knows who was installed.

    Raises:
        PluginError: they cannot be used; the shared metadata is without them again.
    """
    if plugin.models is None:
        return
    said = _unresolved(plugin) or "; ".join(_trespasses(plugin, catalog))
    if said:
        take_out(tables_of(plugin) - _others(plugin, catalog))
        raise PluginError(plugin.name, Stage.MODELS, said)


def take_out_broken(plugin: Plugin, catalog: Catalog) -> None:
    """Take out the tables of a plugin that is not loaded, if others would stumble over them."""
    if plugin.models is not None and _unresolved(plugin):
        take_out(tables_of(plugin) - _others(plugin, catalog))


def take_out(names: Iterable[str]) -> None:
    """Forget tables that belong to nobody who is loaded; core's always stay."""
    for name in set(names) - core_tables():
        if name in metadata.tables:
            metadata.remove(metadata.tables[name])


def _mapped(mappers: Iterable[object]) -> dict[str, Table]:
    tables = (mapper.local_table for mapper in mappers)  # type: ignore[attr-defined]
    return {table.name: table for table in tables if isinstance(table, Table)}


def _others(plugin: Plugin, catalog: Catalog) -> frozenset[str]:
    others = [tables_of(other) for other in catalog.plugins.values() if other is not plugin]
    return core_tables().union(*others)


def _unresolved(plugin: Plugin) -> str | None:
    """Why its classes cannot be configured or its foreign keys lead nowhere."""
    if plugin.models is None:
        return None
    try:
        plugin.models.registry.configure(cascade=True)
        for key in _foreign_keys(plugin):
            key.column  # noqa: B018 - asking for it looks it up
    except Exception as error:  # noqa: BLE001 - a class may do anything while it is configured
        return f"{type(error).__name__}: {safe_reason(str(error), 200)}"
    return None


def _trespasses(plugin: Plugin, catalog: Catalog) -> list[str]:
    own = tables_of(plugin)
    problems = [f"{name!r} is a table of somebody else" for name in sorted(own & _others(plugin, catalog))]
    if plugin.models is not None and not _has_own_registry(plugin, catalog):
        problems.append("its base needs `registry = model_registry()`, of its own")
    if plugin.name in catalog.distributions:
        strange = sorted(name for name in own if not name.startswith(f"{plugin.name}__"))
        problems += [f"table {name!r} is not named {plugin.name}__..." for name in strange]
    required = frozenset[str]().union(*(_tables_named(name, catalog) for name in plugin.requires))
    # What comes with the product may keep a row of another part of it, on purpose (docs/decisions/0015).
    kept = required if plugin.name not in catalog.distributions else frozenset[str]()
    outward = [key for key in _foreign_keys(plugin) if key.column.table.name not in own]
    for key in sorted(outward, key=lambda key: str(key.parent)):
        problems += _harms(key, required | core_tables(), kept)
    return problems


def _harms(key: ForeignKey, allowed: frozenset[str], kept: frozenset[str]) -> list[str]:
    """What a foreign key to another's table would do to its owner."""
    target = key.column.table.name
    if target not in allowed:
        return [f"{key.parent} points to {target!r} of a plugin that it does not require"]
    if target in kept and key.ondelete is None:
        return []
    if key.ondelete not in _HARMLESS or (key.ondelete == "SET NULL" and not key.parent.nullable):
        return [f"{key.parent} would keep rows of {target!r} from being removed: CASCADE or SET NULL"]
    return []


def _has_own_registry(plugin: Plugin, catalog: Catalog) -> bool:
    others = [other.models for other in catalog.plugins.values() if other is not plugin and other.models]
    registries = [CoreModel.registry, *(models.registry for models in others)]
    base = plugin.models
    return base is not None and base.metadata is metadata and base.registry not in registries


def _tables_named(name: str, catalog: Catalog) -> frozenset[str]:
    return tables_of(catalog.plugins[name]) if name in catalog.plugins else frozenset()


def _foreign_keys(plugin: Plugin) -> list[ForeignKey]:
    tables = [metadata.tables[name] for name in tables_of(plugin) if name in metadata.tables]
    return [key for table in tables for key in table.foreign_keys]
