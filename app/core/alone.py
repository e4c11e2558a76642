"""One statement that is a transaction of its own, handed to the driver as it was compiled.

SQLAlchemy's way through a connection, a context and a result costs a process that was idle as much as the
server's work. For the three statements of a plain run's life and for those of a poll that is too much;
everything else takes it.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, TypeAlias, TypeVar

import psycopg
from sqlalchemy import Dialect, Select
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.types import TypeEngine

from app.core.db import JsonObject, db

KEPT = 512  # compiled statements
KEPT_ROWS = 32  # of the last answer of each, if it has no more
FLOAT8 = 701  # what the driver calls the one kind of number that is not whole

_held: ContextVar[Callable[[], Any] | None] = ContextVar("held", default=None)  # by `one_connection`

AnySelect: TypeAlias = Select[*tuple[Any, ...]]
Change: TypeAlias = Callable[[Any], Any]
Key = TypeVar("Key", int, str)


@dataclass
class _Compiled:
    """A statement as the driver takes it; values are changed where their type says so."""

    sql: str
    values: JsonObject  # of the parameters that stand in the statement
    given: Mapping[str, Change]
    row: Callable[[Iterable[Any]], Any]  # a named tuple of the columns
    read: Mapping[int, Change]  # by the column's place
    last: Mapping[tuple[Any, ...], Any] = field(default_factory=dict)  # its rows, by what the driver found

    def row_of(self, found: Iterable[Any]) -> Any:  # noqa: ANN401 - each statement has its own columns
        """A row as its types say, from what the driver found."""
        values = list(found)
        for place, change in self.read.items():
            values[place] = change(values[place])
        return self.row(values)

    def rows_of(self, found: Sequence[tuple[Any, ...]]) -> Sequence[Any]:
        """Rows as their types say; one that was in the last answer too is the same object as then."""
        known = self.last
        rows = {row: known.get(row) or self.row_of(row) for row in found}
        self.last = rows if len(rows) <= KEPT_ROWS else {}
        return [rows[row] for row in found]


def execute_alone(statement: AnySelect, values: JsonObject) -> JsonObject | None:
    """Execute a statement in one round trip, beside the session's transaction.

    Args:
        statement: built once. On PostgreSQL, `WITH` lets it write; on SQLite, which has one writer at a
            time, it only reads.
        values: of its named parameters.

    Returns:
        Its one row by column name; nothing if it gives none.

    Raises:
        DBAPIError: as SQLAlchemy would raise it; whether anything was written is then unknown, as with any
            commit.
    """
    compiled = _compile(statement, db.engine.dialect)
    changed = {name: change(values[name]) for name, change in compiled.given.items() if name in values}
    found = _found(compiled.sql, compiled.values | values | changed)
    if not found:
        return None
    row: JsonObject = compiled.row_of(found[0])._asdict()
    return row


def read_alone(statement: AnySelect) -> Sequence[Any]:
    """All rows of a statement that was built once and only reads, as named tuples.

    Raises:
        DBAPIError: as SQLAlchemy would raise it.
    """
    compiled = _compile(statement, db.engine.dialect)
    return compiled.rows_of(_found(compiled.sql, compiled.values))


@contextmanager
def one_connection() -> Iterator[None]:
    """Put all questions of a block over one connection: to take one and give it back costs as much as to ask.

    It is taken for the first of them.
    """
    with ExitStack() as stack:
        token = _held.set(cache(lambda: stack.enter_context(_taken())))
        try:
            yield
        finally:
            _held.reset(token)


def _found(sql: str, values: JsonObject) -> Sequence[tuple[Any, ...]]:
    cursor_held = _held.get()
    if cursor_held is not None:
        return _fetched(cursor_held(), sql, values)
    with _taken() as cursor:
        return _fetched(cursor, sql, values)


def _fetched(cursor: Any, sql: str, values: JsonObject) -> Sequence[tuple[Any, ...]]:  # noqa: ANN401 - of either driver
    """All rows, so that nothing of the statement stays open on SQLite; an error is told where it is met."""
    try:
        rows: Sequence[tuple[Any, ...]] = cursor.execute(sql, values).fetchall()
    except _errors() as error:
        raise _told(error, cursor.connection) from error
    return rows


@contextmanager
def _taken() -> Iterator[Any]:
    """A cursor of a connection that commits each statement by itself; its errors are SQLAlchemy's."""
    try:
        pooled = db.engine.raw_connection()
    except _errors() as error:
        raise _told(error) from error
    driver: Any = pooled.driver_connection
    try:
        if _is_server(driver):
            driver.autocommit = True
        yield driver.cursor()
    except _errors() as error:
        raise _told(error, driver) from error
    finally:
        if not _is_as_it_was(driver):
            pooled.invalidate()  # nobody else gets it, in whatever state it is
        pooled.close()


def _is_server(driver: object) -> bool:
    return isinstance(driver, psycopg.Connection)


def _is_as_it_was(driver: Any) -> bool:  # noqa: ANN401 - of either driver
    """Take back that each statement commits, if the connection still can."""
    if not _is_server(driver):
        return True
    try:
        driver.autocommit = False
    except psycopg.Error:
        return False
    return not driver.broken


def _errors() -> type[Exception]:
    error: type[Exception] = db.engine.dialect.loaded_dbapi.Error
    return error


def _told(error: Exception, driver: Any = None) -> StatementError:  # noqa: ANN401 - of either driver
    is_broken = _is_server(driver) and driver.closed
    if is_broken:
        db.engine.dispose()  # what else waits in the pool is as old
    return DBAPIError.instance(
        None,
        None,
        error,
        _errors(),
        hide_parameters=True,
        connection_invalidated=is_broken,
        dialect=db.engine.dialect,
    )


@lru_cache(KEPT)
def _compile(statement: AnySelect, engines: Dialect) -> _Compiled:
    dialect = SQLiteDialect_pysqlite(paramstyle="named") if engines.name == "sqlite" else engines
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    given: dict[str, Change] = {}
    stands: JsonObject = {}
    for bind, name in compiled.bind_names.items():
        change = _binding(bind.type, dialect)
        if bind.required:
            given[str(name)] = change
        elif bind.expanding:
            stands |= {f"{name}_{number}": change(value) for number, value in enumerate(bind.value or (), 1)}
        else:
            stands[str(name)] = change(bind.value)
    names = [str(column.key) for column in statement.selected_columns]
    row: Any = namedtuple("row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 - known only now
    read = enumerate(_reading(column.type, dialect) for column in statement.selected_columns)
    return _Compiled(str(compiled), stands, _changing(given.items()), row._make, _changing(read))


def _changing(changes: Iterable[tuple[Key, Change]]) -> dict[Key, Change]:
    return {key: change for key, change in changes if change is not _as_it_is}


def _as_it_is(value: object) -> object:
    return value


def _binding(kind: TypeEngine[Any], dialect: Dialect) -> Change:
    return kind.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _reading(kind: TypeEngine[Any], dialect: Dialect) -> Change:
    return kind.dialect_impl(dialect).result_processor(dialect, FLOAT8) or _as_it_is
