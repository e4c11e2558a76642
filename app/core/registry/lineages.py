"""Migration lineages: core's and one per plugin, each with its own versions and version table."""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from app.core.db import db
from app.core.redaction import safe_reason
from app.core.registry.catalog import Catalog, current_catalog
from app.core.registry.contract import Plugin
from app.core.registry.tables import core_tables, tables_of

CORE = "core"
ATTRIBUTE = "lineage"
SCRIPTS = Path(__file__).resolve().parents[3] / "migrations"


@dataclass(frozen=True)
class Lineage:
    """One line of migrations.

    Attributes:
        name: `core` or the plugin's.
        versions: folder of its revision files; none: it cannot be found.
        version_table: where the database remembers how far it is.
        tables: names of the tables it owns.
    """

    name: str
    versions: Path | None
    version_table: str
    tables: frozenset[str]


@dataclass(frozen=True)
class LineageState:
    """How far one lineage is in the database."""

    name: str
    current: str | None
    head: str | None
    fault: str | None = None

    @property
    def problem(self) -> str | None:
        """What is wrong, in a sentence, or nothing."""
        if self.fault is not None:
            return self.fault
        if self.current == self.head:
            return None
        current, head = self.current or "nothing", self.head or "nothing"
        return f"tables are at {current}, the code is at {head}: run `flask db upgrade`"


def lineages(catalog: Catalog) -> list[Lineage]:
    """Core's lineage, then the plugins' in `requires` order."""
    owned = {
        plugin.name: tables_of(plugin) for plugin in catalog.plugins.values() if plugin.models is not None
    }
    found = [Lineage(CORE, SCRIPTS / "versions", "alembic_version", core_tables())]
    for name, tables in owned.items():
        found.append(Lineage(name, _versions_of(catalog.plugins[name]), f"alembic_version_{name}", tables))
    return found


def configure(config: Config) -> Config:
    """Point Alembic at the lineage of `-x plugin=NAME`, core's without it (Flask-Migrate calls this)."""
    wanted = next((x.partition("=")[2] for x in config.cmd_opts.x if x.startswith("plugin=")), CORE)  # type: ignore[union-attr]
    known = {lineage.name: lineage for lineage in lineages(current_catalog())}
    if wanted not in known:
        # Flask-Migrate reports RuntimeError as one line and exits 1.
        message = f"no lineage {wanted!r}; there are {', '.join(known)}"
        raise RuntimeError(message)
    if known[wanted].versions is None:
        message = f"the migrations of {wanted!r} cannot be found"
        raise RuntimeError(message)
    config.set_main_option("version_locations", str(known[wanted].versions))
    config.set_main_option("path_separator", "os")
    config.attributes[ATTRIBUTE] = known[wanted]
    return config


def upgrade_all() -> Iterator[tuple[str, str | None]]:
    """Bring every lineage up to date; yields (name, problem or nothing). A failure does not stop the rest."""
    for lineage in lineages(current_catalog()):
        try:
            command.upgrade(_config(lineage), "head")
        except Exception as error:  # noqa: BLE001 - a plugin's migration may raise anything; it is named and the others go on
            yield lineage.name, _said(error)
        else:
            yield lineage.name, None


def lineage_states() -> list[LineageState]:
    """How far every lineage is in the database."""
    states = []
    with db.engine.connect() as connection:
        for lineage in lineages(current_catalog()):
            context = MigrationContext.configure(connection, opts={"version_table": lineage.version_table})
            current = context.get_current_revision()
            try:
                head = ScriptDirectory.from_config(_config(lineage)).get_current_head()
            except Exception as error:  # noqa: BLE001 - a plugin's revisions may be anything; the others are still looked at
                states.append(LineageState(lineage.name, current, None, fault=_said(error)))
            else:
                states.append(LineageState(lineage.name, current, head))
    return states


def _config(lineage: Lineage) -> Config:
    migrate = current_app.extensions["migrate"].migrate
    config = migrate.get_config(x_arg=f"plugin={lineage.name}")
    if not isinstance(config, Config):
        raise TypeError(lineage.name)
    return config


def _versions_of(plugin: Plugin) -> Path | None:
    try:
        spec = importlib.util.find_spec(plugin.migrations or "")
    except (ImportError, ValueError):
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "versions"


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {safe_reason(str(error))}"
