"""Migration lineages: core's and one per plugin, each with its own versions and version table."""

import importlib.util
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config

from app.core.redaction import safe_reason
from app.core.registry.catalog import Catalog, current_catalog
from app.core.registry.contract import Plugin
from app.core.registry.tables import core_tables, tables_of

CORE = "core"
VERSION_TABLE = "alembic_version"
ATTRIBUTE = "lineage"
SCRIPTS = Path(__file__).resolve().parents[3] / "migrations"


@dataclass(frozen=True)
class Lineage:
    """One line of migrations.

    Attributes:
        name: `core` or the plugin's.
        versions: folder of its revision files; none: it cannot be found.
        version_table: where the database remembers how far it is.
        tables: names of the tables it declares.
    """

    name: str
    versions: Path | None
    version_table: str
    tables: frozenset[str]

    def owns(self, table: str) -> bool:
        """Whether a table of the database is its own: a declared one, or one that it has given up."""
        return table in self.tables or (self.name != CORE and table.startswith(f"{self.name}__"))


def lineages(catalog: Catalog) -> list[Lineage]:
    """Core's lineage, then the plugins' in `requires` order."""
    core = Lineage(CORE, SCRIPTS / "versions", VERSION_TABLE, core_tables())
    return [core, *(lineage_of(plugin) for plugin in catalog.plugins.values() if plugin.models is not None)]


def lineage_of(plugin: Plugin) -> Lineage:
    """The lineage of a plugin with tables, loaded or not."""
    return Lineage(plugin.name, _versions_of(plugin), f"{VERSION_TABLE}_{plugin.name}", tables_of(plugin))


def configure(config: Config) -> Config:
    """Point Alembic at the lineage of `-x plugin=NAME`, core's without it (Flask-Migrate calls this)."""
    wanted = next((x.partition("=")[2] for x in config.cmd_opts.x if x.startswith("plugin=")), CORE)  # type: ignore[union-attr]
    known = {lineage.name: lineage for lineage in lineages(current_catalog())}
    if wanted not in known:
        # Flask-Migrate reports RuntimeError as one line and exits 1.
        raise RuntimeError(_unknown(wanted, list(known), current_catalog()))
    return _pointed(config, known[wanted])


def config_of(lineage: Lineage) -> Config:
    """Alembic's configuration for one lineage; what its commands would print is dropped.

    Raises:
        RuntimeError: its migrations cannot be found.
    """
    config = Config(str(SCRIPTS / "alembic.ini"), stdout=io.StringIO())
    config.set_main_option("script_location", _escaped(SCRIPTS))
    return _pointed(config, lineage)


def upgrade_all() -> Iterator[tuple[str, str | None]]:
    """Bring every lineage up to date; yields (name, problem or nothing). A failure does not stop the rest."""
    return _each(lambda lineage: command.upgrade(config_of(lineage), "head"))


def check_all() -> Iterator[tuple[str, str | None]]:
    """Hold every lineage's models against the database; yields (name, what differs or nothing)."""
    return _each(lambda lineage: command.check(config_of(lineage)))


def _each(act: Callable[[Lineage], None]) -> Iterator[tuple[str, str | None]]:
    for lineage in lineages(current_catalog()):
        try:
            act(lineage)
        except Exception as error:  # noqa: BLE001 - a plugin's migration may raise anything; it is named and the others go on
            yield lineage.name, said(error)
        else:
            yield lineage.name, None


def said(error: Exception) -> str:
    """What is told of an error in a migration: its kind and its text, redacted, in one line."""
    return f"{type(error).__name__}: {safe_reason(str(error))}"


def _pointed(config: Config, lineage: Lineage) -> Config:
    if lineage.versions is None:
        message = f"the migrations of {lineage.name!r} cannot be found"
        raise RuntimeError(message)
    config.set_main_option("version_locations", _escaped(lineage.versions))
    config.set_main_option("path_separator", "os")
    config.attributes[ATTRIBUTE] = lineage
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")


def _unknown(wanted: str, known: list[str], catalog: Catalog) -> str:
    """Why there is no lineage of a name; a plugin that failed has models nobody can compare with."""
    for failed in catalog.failed:
        if failed.name == wanted:
            return f"{wanted!r} is not loaded: failed at {failed.stage}: {failed.reason}"
    return f"no lineage {wanted!r}; there are {', '.join(known)}"


def _versions_of(plugin: Plugin) -> Path | None:
    try:
        spec = importlib.util.find_spec(plugin.migrations or "")
    except (ImportError, ValueError):
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "versions"
