"""Alembic's environment, shared by all lineages: one atomic transaction, foreign keys kept on SQLite too."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection

from app.core.db import UtcDateTime, db, metadata
from app.core.registry.lineages import ATTRIBUTE, Lineage


def migrate() -> None:
    """Run the revisions of the lineage that `app.core.registry.lineages.configure` chose."""
    lineage: Lineage = context.config.attributes[ATTRIBUTE]
    with db.engine.connect() as connection, _foreign_keys_off(connection), connection.begin():
        context.configure(
            connection=connection,
            target_metadata=metadata,
            version_table=lineage.version_table,
            include_name=lambda name, kind, _parents: kind != "table" or lineage.owns(str(name)),
            include_object=lambda _item, name, kind, *_more: kind != "table" or lineage.owns(str(name)),
            render_as_batch=True,
            compare_type=True,
            transactional_ddl=True,
            render_item=_render_item,
        )
        context.run_migrations()
        _require_intact(connection)


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """A batch rebuild drops the old table: with foreign keys on, CASCADE would empty its children."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.dbapi_connection
    if raw is None:
        raise RuntimeError("no connection")
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _require_intact(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"migration leaves {len(broken)} dangling references, first in {broken[0][0]}")


def _render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our UTC time type as what it is in the database: revisions import nothing of the app."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


migrate()
