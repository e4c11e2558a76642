"""The database: naming, base classes, UTC times, and SQLite transactions that lose nothing."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TypeAlias

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Executable,
    Float,
    MetaData,
    Table,
    UpdateBase,
    event,
    literal,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 15_000
# A checkpoint each 32 MB instead of 4: a batch of a large import would else pay for one each time.
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "wal_autocheckpoint=8000",
)
_QUERY_ONLY = "query_only"  # what a connection was last told

_SERVER_SETTINGS = (
    f"lock_timeout = {BUSY_TIMEOUT_MS}",
    f"idle_in_transaction_session_timeout = {4 * BUSY_TIMEOUT_MS}",
    # A page's query takes a millisecond; to launch helpers or to compile it takes ten times as long.
    "max_parallel_workers_per_gather = 0",
    "jit = off",
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# JSON values come from our own writers; their shape is each column's business.
JsonObject: TypeAlias = dict[str, Any]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment; SQLite would give back a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment: it would be stored as a guess."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"naive datetime {value!r}: ask app.core.clock"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give every moment its zone back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _DatabaseNow(GenericFunction[datetime]):
    """The database's clock moved by seconds; see `database_now`."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(_DatabaseNow, "sqlite")
def _now_on_sqlite(element: _DatabaseNow, compiler: SQLCompiler, **options: object) -> str:
    # Three digits more than SQLite knows: stored moments have microseconds and are compared as text.
    seconds = compiler.process(element.clauses, **options)
    moved = f", {seconds} || ' seconds'" if seconds else ""
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now'{moved})"


@compiles(_DatabaseNow, "postgresql")
def _now_on_postgresql(element: _DatabaseNow, compiler: SQLCompiler, **options: object) -> str:
    seconds = compiler.process(element.clauses, **options)
    moved = f" + make_interval(secs => {seconds})" if seconds else ""
    return f"clock_timestamp(){moved}"


def database_now(seconds: float | ColumnElement[Any] = 0.0) -> ColumnElement[datetime]:
    """This moment by the database's clock, as SQL: all processes agree on it, however wrong their own clocks.

    Args:
        seconds: added to it; negative: earlier. A column or parameter that is NULL makes it NULL.
    """
    if isinstance(seconds, ColumnElement):
        return _DatabaseNow(seconds)
    return _DatabaseNow(literal(float(seconds), Float())) if seconds else _DatabaseNow()


def model_registry() -> registry:
    """A mapper registry on the shared metadata, one a plugin: a bad model breaks its own plugin only."""
    json = JSON(none_as_null=True)
    return registry(
        metadata=metadata,
        type_annotation_map={datetime: UtcDateTime(), dict[str, Any]: json, list[Any]: json, list[str]: json},
    )


class CoreModel(DeclarativeBase):
    """Base of core's own tables."""

    registry = model_registry()


# Objects keep their values after a commit: a reload would open the next transaction unasked, and on SQLite
# lock other writers out.
db = SQLAlchemy(metadata=metadata, disable_autonaming=True, session_options={"expire_on_commit": False})


def table_of(model: type[DeclarativeBase]) -> Table:
    """The table of a model, for statements that are built once and executed often."""
    return metadata.tables[model.__tablename__]


def execute(
    statement: Executable, values: JsonObject | Sequence[JsonObject] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """Execute a statement on tables in the current session's transaction, past its objects: the quick way.

    Args:
        statement: built once, so that it is compiled once.
        values: of its parameters; several sets execute it for each.
    """
    return db.session.connection().execute(statement, values)


# How the rows of a query are read: in a session's transaction, or beside it (`alone.read_alone`).
Ask: TypeAlias = Callable[[Any], Sequence[Any]]


def read(statement: Executable) -> Sequence[Any]:
    """All rows of a query, read in the current session's transaction."""
    return execute(statement).all()


def changed_rows(statement: UpdateBase) -> int:
    """Execute an update or delete in the current session; returns how many rows it changed."""
    result = db.session.execute(statement)
    if not isinstance(result, CursorResult):
        raise TypeError(type(result))
    return result.rowcount


_AWAY = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")


def is_away(error: BaseException) -> bool:
    """Whether an error says that the database cannot be reached or used just now: later it may work."""
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorname", "").startswith(_AWAY)
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)


_reading: ContextVar[bool] = ContextVar("reading", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside may only read: no writer waits for them, and a write in them is an error."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def begin_reading() -> None:
    """Make the rest of this context read-only (a GET request); `end_reading` undoes it."""
    _reading.set(True)


def end_reading() -> None:
    """Allow writing again in this context."""
    _reading.set(False)


def prepare_engine(engine: Engine) -> None:
    """Install the transaction rules on a fresh engine (docs/decisions/0004)."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _configure_server)
        event.listen(engine, "begin", _begin_server)


def _configure_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = _reading.get()
    if connection.info.get(_QUERY_ONLY) is not reading:  # else left as it is: each change of it has SQLite
        connection.exec_driver_sql(f"PRAGMA query_only={int(reading)}")  # compile all statements anew
        connection.info[_QUERY_ONLY] = reading
    # A writer that starts DEFERRED reads a snapshot it may not overwrite later: lost updates or SQLITE_BUSY.
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _configure_server(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """Bound every wait for a row, as SQLite's is, and let a frozen process hold none for ever."""
    cursor = connection.cursor()
    for setting in _SERVER_SETTINGS:
        cursor.execute(f"SET {setting}")
    cursor.close()
    connection.commit()


def _begin_server(connection: Connection) -> None:
    # Said with the BEGIN that the driver sends before the first statement: no round trip of its own.
    raw: Any = connection.connection.dbapi_connection
    if raw.read_only is not _reading.get():
        raw.read_only = _reading.get()
