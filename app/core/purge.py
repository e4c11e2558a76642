"""Removing what a plugin has in the database, for good: its tables and its place in the migrations."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType

from alembic import command
from sqlalchemy import MetaData, Table, inspect, select
from sqlalchemy.schema import DropTable

from app.core import audit, queue
from app.core.db import db, reading
from app.core.errors import InvalidInputError, PluginError, TenantAtlasError
from app.core.registry.catalog import Catalog
from app.core.registry.contract import PLUGIN_NAME, Plugin
from app.core.registry.discovery import plugins_on_disk
from app.core.registry.lineages import CORE, VERSION_TABLE, Lineage, config_of, lineage_of, lineages, said
from app.core.runs.models import ACTIVE_PREDICATE, BulkOperationRun


class PurgeRefusedError(TenantAtlasError):
    """A plugin's tables cannot be removed now; the text says why, and what there is."""


@dataclass(frozen=True)
class Purge:
    """What is to be removed of one plugin.

    Attributes:
        lineage: how its code takes its tables down; none: its code is gone, they are told by their names.
        tables: those that are in the database.
        version_table: where the database remembers how far it is; none: it does not.
        unclaimed: tables that no loaded plugin owns, and that are not touched.
    """

    name: str
    lineage: Lineage | None
    tables: tuple[str, ...]
    version_table: str | None
    unclaimed: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to remove."""
        return not self.tables and self.version_table is None


def plan_purge(catalog: Catalog, package: ModuleType, name: str) -> Purge:
    """What a purge of a plugin would remove; reads only.

    Args:
        catalog: the loaded plugins.
        package: of the built-in plugins; those that a setting keeps from loading are found there too.
        name: of the plugin, loaded or not.

    Raises:
        InvalidInputError: nothing of that name can be purged.
        PurgeRefusedError: something stands on it, runs of it are active, or its tables cannot be told.
    """
    if name == CORE or not PLUGIN_NAME.fullmatch(name):
        message = f"{name[:60]!r} is no plugin that can be purged"
        raise InvalidInputError(message)
    on_disk, failures = plugins_on_disk(package)
    on_disk |= catalog.plugins
    with reading():
        there = set(inspect(db.session.connection()).get_table_names())
        _require_idle(name)
        db.session.commit()
    _require_unneeded(name, on_disk, catalog, there)
    plan = _plan(name, on_disk.get(name), catalog, there)
    if name not in on_disk:
        _require_told(plan, failures)
    _require_unreferenced(plan, there)
    return plan


def purge(plan: Purge) -> tuple[str, ...]:
    """Remove it, with an entry in the audit log; commits; answers with tables of its that stayed.

    Raises:
        PurgeRefusedError: its migrations do not lead back to nothing; no table was removed.
    """
    if plan.lineage is not None and plan.version_table is not None:
        try:
            command.downgrade(config_of(plan.lineage), "base")
        except Exception as error:
            message = f"the migrations of {plan.name} cannot be taken back: {said(error)}"
            raise PurgeRefusedError(message) from error
    else:
        _drop(plan.tables)
    if plan.version_table is not None:
        db.session.execute(DropTable(Table(plan.version_table, MetaData()), if_exists=True))
    details = {"tables": list(plan.tables), "by": "migrations" if plan.lineage else "names"}
    audit.record(None, "plugin.purged", f"plugin:{plan.name}", details=details)
    there = inspect(db.session.connection()).get_table_names()
    db.session.commit()
    return tuple(sorted(set(plan.tables) & set(there)))


def _plan(name: str, plugin: Plugin | None, catalog: Catalog, there: set[str]) -> Purge:
    known = lineages(catalog)
    others = [lineage for lineage in known if lineage.name != name]
    lineage = lineage_of(plugin) if plugin is not None and plugin.models is not None else None
    own = lineage or Lineage(name, None, "", frozenset())
    tables = {table for table in there if own.owns(table) and not _owned(table, others)}
    marks = {table for table in there if table.startswith((VERSION_TABLE, "sqlite_", queue.TABLES))}
    version_table = f"{VERSION_TABLE}_{name}"
    return Purge(
        name,
        lineage,
        tuple(sorted(tables)),
        version_table if version_table in there else None,
        tuple(sorted(table for table in there - marks - tables if not _owned(table, known))),
    )


def _owned(table: str, by: Iterable[Lineage]) -> bool:
    return any(lineage.owns(table) for lineage in by)


def _require_idle(name: str) -> None:
    active = select(BulkOperationRun.id).where(BulkOperationRun.plugin == name, ACTIVE_PREDICATE)
    run_id = db.session.scalar(active.order_by(BulkOperationRun.id).limit(1))
    if run_id is not None:
        message = f"a run of {name} is queued or running: wait for it, or `flask runs abort {run_id}`"
        raise PurgeRefusedError(message)


def _require_unneeded(name: str, on_disk: dict[str, Plugin], catalog: Catalog, there: set[str]) -> None:
    """Refuse what loaded plugins stand on, and what others stand on whose tables are still there."""
    standing = [other for other, plugin in on_disk.items() if name in plugin.requires]
    needed = [o for o in standing if o in catalog.plugins or f"{VERSION_TABLE}_{o}" in there]
    if needed:
        message = f"{', '.join(sorted(needed))} stands on {name}: purge that first, and keep it from loading"
        raise PurgeRefusedError(message)


def _require_told(plan: Purge, failures: list[PluginError]) -> None:
    """Refuse code that is there and cannot be asked, and tables that cannot be told from those of others."""
    for failure in failures:
        if failure.name == plan.name:
            message = f"{failure}: repair it, or uninstall it and purge again"
            raise PurgeRefusedError(message)
    if plan.is_empty:
        message = f"there is no plugin {plan.name!r}, and nothing of it in the database"
        raise InvalidInputError(message)
    if not plan.tables:
        left = ", ".join([plan.version_table or "", *plan.unclaimed])
        message = (
            f"the code of {plan.name} is gone, and no table is named {plan.name}__...: install it again to "
            f"purge it. What is left of it is among: {left}"
        )
        raise PurgeRefusedError(message)


def _require_unreferenced(plan: Purge, there: set[str]) -> None:
    with reading():
        inspector = inspect(db.session.connection())
        pointing = [
            f"{table} points to {key['referred_table']}"
            for table in sorted(there - set(plan.tables))
            for key in inspector.get_foreign_keys(table)
            if key["referred_table"] in plan.tables
        ]
        db.session.commit()
    if pointing:
        message = f"other tables need those of {plan.name}: {'; '.join(pointing)}"
        raise PurgeRefusedError(message)


def _drop(names: tuple[str, ...]) -> None:
    """Drop tables by their names, those that point to others of them first."""
    found = MetaData()
    with db.engine.begin() as connection:
        found.reflect(connection, only=names)
        found.drop_all(connection, tables=[found.tables[name] for name in names])
