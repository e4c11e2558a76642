"""How far every lineage is in the database, beside how far its code is."""

from dataclasses import dataclass
from enum import StrEnum

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.core.db import db, reading
from app.core.registry.catalog import Catalog
from app.core.registry.lineages import Lineage, config_of, lineages, said

NOTHING = "nothing"


class Standing(StrEnum):
    """How the tables of a lineage and its code stand to each other."""

    CURRENT = "current"
    PENDING = "pending"  # the code has revisions that the database has not
    UNKNOWN_AHEAD = "unknown-ahead"  # the database has a revision that the code does not know
    MULTIPLE_HEADS = "multiple-heads"  # the code ends in several revisions: nobody can say which counts
    UNREADABLE = "unreadable"  # its migrations cannot be found or read


@dataclass(frozen=True)
class LineageState:
    """How far one lineage is.

    Attributes:
        name: `core` or the plugin's.
        current: revisions in the database, none: it has no tables yet.
        heads: last revisions of the code.
        fault: why its code cannot be read.
    """

    name: str
    standing: Standing
    current: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    fault: str | None = None

    @property
    def problem(self) -> str | None:
        """What is wrong, in a sentence, or nothing."""
        current, heads = _listed(self.current), _listed(self.heads)
        match self.standing:
            case Standing.CURRENT:
                return None
            case Standing.PENDING:
                return f"tables are at {current}, the code is at {heads}: run `flask db upgrade`"
            case Standing.UNKNOWN_AHEAD:
                return f"tables are at {current}, which this code does not know: install what made them"
            case Standing.MULTIPLE_HEADS:
                return f"its migrations end in {heads}: they must be merged, tell its author"
            case Standing.UNREADABLE:
                return self.fault


def lineage_states(catalog: Catalog) -> list[LineageState]:
    """How far the lineages of core and of the loaded plugins are; reads the database and their files."""
    # On SQLite a writer beside the caller's own transaction would wait for itself.
    with reading(), db.engine.connect() as connection:
        return [_state_of(lineage, connection) for lineage in lineages(catalog)]


def _state_of(lineage: Lineage, connection: Connection) -> LineageState:
    context = MigrationContext.configure(connection, opts={"version_table": lineage.version_table})
    current = tuple(sorted(context.get_current_heads()))
    try:
        script = ScriptDirectory.from_config(config_of(lineage))
        heads = tuple(sorted(script.get_heads()))
        known = {revision.revision for revision in script.walk_revisions()}
    except Exception as error:  # noqa: BLE001 - a plugin's revisions may be anything; the others are still looked at
        return LineageState(lineage.name, Standing.UNREADABLE, current, fault=said(error))
    return LineageState(lineage.name, _standing(current, heads, known), current, heads)


def _standing(current: tuple[str, ...], heads: tuple[str, ...], known: set[str]) -> Standing:
    if not known.issuperset(current):
        return Standing.UNKNOWN_AHEAD
    if len(heads) > 1:
        return Standing.MULTIPLE_HEADS
    return Standing.CURRENT if current == heads else Standing.PENDING


def _listed(revisions: tuple[str, ...]) -> str:
    return ", ".join(revisions) or NOTHING
