"""One statement that is a transaction of its own, handed to PostgreSQL's driver as it was compiled.

SQLAlchemy's way through a connection, a context and a result costs a process that was idle as much as the
server's work. For the three statements of a plain run's life that is too much; everything else takes it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import Dialect, Select
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.types import TypeEngine

from app.core.db import JsonObject, db

FLOAT8 = 701  # what the driver calls the one kind of number that is not whole

AnySelect: TypeAlias = Select[*tuple[Any, ...]]
Change: TypeAlias = Callable[[Any], Any]


class _Compiled(NamedTuple):
    """A statement as the driver takes it; values are changed where their type says so."""

    sql: str
    values: JsonObject  # of the parameters that stand in the statement
    given: Mapping[str, Change]
    read: Mapping[str, Change]


def execute_alone(statement: AnySelect, values: JsonObject) -> JsonObject | None:
    """Execute a statement in one round trip, beside the session's transaction; for PostgreSQL.

    Args:
        statement: built once; `WITH` lets it write.
        values: of its named parameters.

    Returns:
        Its one row by column name; nothing if it gives none.

    Raises:
        DBAPIError: as SQLAlchemy would raise it; whether anything was written is then unknown, as with any
            commit.
    """
    compiled = _compile(statement, db.engine.dialect)
    changed = {name: change(values[name]) for name, change in compiled.given.items() if name in values}
    with _connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(compiled.sql, compiled.values | values | changed).fetchone()
    if row is None:
        return None
    return row | {name: change(row[name]) for name, change in compiled.read.items()}


@contextmanager
def _connection() -> Iterator[psycopg.Connection[Any]]:
    """A connection of the pool that commits each statement by itself; its errors are SQLAlchemy's."""
    try:
        pooled = db.engine.raw_connection()
    except psycopg.Error as error:
        raise _told(error) from error
    driver: Any = pooled.driver_connection
    try:
        driver.autocommit = True
        yield driver
        driver.autocommit = False
    except psycopg.Error as error:
        raise _told(error, driver) from error
    finally:
        if driver.autocommit or driver.broken:
            pooled.invalidate()  # nobody else gets it, in whatever state it is
        pooled.close()


def _told(error: psycopg.Error, driver: psycopg.Connection[Any] | None = None) -> StatementError:
    is_broken = driver is not None and driver.closed
    if is_broken:
        db.engine.dispose()  # what else waits in the pool is as old
    return DBAPIError.instance(
        None,
        None,
        error,
        psycopg.Error,
        hide_parameters=True,
        connection_invalidated=is_broken,
        dialect=db.engine.dialect,
    )


@lru_cache
def _compile(statement: AnySelect, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    binds = {str(name): bind for bind, name in compiled.bind_names.items()}
    given = {name: _binding(bind.type, dialect) for name, bind in binds.items()}
    stands = {name: given[name](bind.value) for name, bind in binds.items() if not bind.required}
    read = {str(column.key): _reading(column.type, dialect) for column in statement.selected_columns}
    return _Compiled(str(compiled), stands, _changing(given), _changing(read))


def _changing(changes: Mapping[str, Change]) -> dict[str, Change]:
    return {name: change for name, change in changes.items() if change is not _as_it_is}


def _as_it_is(value: object) -> object:
    return value


def _binding(kind: TypeEngine[Any], dialect: Dialect) -> Change:
    return kind.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _reading(kind: TypeEngine[Any], dialect: Dialect) -> Change:
    return kind.dialect_impl(dialect).result_processor(dialect, FLOAT8) or _as_it_is
