"""Statements that do much at once: several changes in one round trip, many texts in one parameter."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias

import orjson
from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    FromClause,
    Insert,
    String,
    Update,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

from app.core.db import JsonObject, db, execute, table_of

# A statement without RETURNING, and its values under names that no other statement of the transaction uses.
Change: TypeAlias = tuple[Insert | Update, JsonObject]


def is_sqlite() -> bool:
    """Whether the data are in SQLite."""
    return db.engine.dialect.name == "sqlite"


def constant(value: object) -> ColumnElement[Any]:
    """A value of ours in the text of a statement: each parameter costs the driver as much as reading a row.

    Args:
        value: the same whoever asks, without quotes.
    """
    if value is None:
        return null()
    if isinstance(value, int):
        return literal_column(str(value))
    text = json.dumps(value) if isinstance(value, dict | list) else str(value)
    return literal_column(f"'{text}'")


def upsert(model: type[DeclarativeBase], *, on_sqlite: bool | None = None) -> postgresql.Insert:
    """An insert into a model's table that may say what happens on a conflict.

    Args:
        model: of core or of a plugin.
        on_sqlite: for which database, where the statement is built once; none: the one in use.
    """
    dialect: Any = sqlite if (is_sqlite() if on_sqlite is None else on_sqlite) else postgresql
    statement: postgresql.Insert = dialect.insert(table_of(model))  # SQLite's has the same methods
    return statement


def one_of(
    column: ColumnElement[str] | InstrumentedAttribute[str], values: Collection[str]
) -> ColumnElement[bool]:
    """The condition that a text is one of many: one parameter, however many they are."""
    if is_sqlite():
        rows = func.json_each(literal(given_texts(values))).table_valued("value")
        return column.in_(select(rows.c.value))
    return column == any_(literal(list(values), ARRAY(String)))


def insert_new(
    model: type[DeclarativeBase],
    rows: Sequence[Mapping[str, object]],
    shared: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Insert rows in the current transaction, leaving alone those that some unique index has already.

    Thousands go quickly: on PostgreSQL all of them are one parameter of one statement.

    Args:
        model: of core or of a plugin.
        rows: value by column, the same columns in each: texts, numbers, aware moments and nothing. Columns
            that are left out get the default of the database, not that of the model.
        shared: values of further columns, the same in all rows; of any type.
    """
    if not rows:
        return
    own, common = tuple(rows[0]), tuple(shared)
    if is_sqlite():
        execute(_inserting_each(model, (*own, *common)), [{**row, **shared} for row in rows])
    else:
        given = {f"shared_{name}": value for name, value in shared.items()}
        execute(_inserting_all(model, own, common), given | {"rows": _given_rows(rows)})


def takes_several() -> bool:
    """Whether one statement may carry other changes along (PostgreSQL's WITH): round trips saved."""
    return not is_sqlite()


def stands_alone() -> bool:
    """Whether one statement is best executed as a transaction of its own: nothing else is open beside it."""
    return takes_several() and not (db.session.registry.has() and db.session().in_transaction())


def execute_together(*changes: Change) -> None:
    """Execute changes that do not need to see each other, in the current transaction."""
    if takes_several():
        values: JsonObject = {}
        for _, given in changes:
            values |= given
        execute(_joined(*(statement for statement, _ in changes)), values)
        return
    for statement, values in changes:
        execute(statement, values)


@cache
def _inserting_each(model: type[DeclarativeBase], names: tuple[str, ...]) -> Insert:
    values: JsonObject = {name: bindparam(name) for name in names}
    return upsert(model, on_sqlite=True).values(values).on_conflict_do_nothing()


@cache
def _inserting_all(model: type[DeclarativeBase], own: tuple[str, ...], shared: tuple[str, ...]) -> Insert:
    types = {name: table_of(model).c[name].type for name in (*own, *shared)}
    records = func.jsonb_to_recordset(cast(bindparam("rows", type_=String()), JSONB)).table_valued(
        *(column(name, types[name]) for name in own)
    )
    rows = records.render_derived(with_types=True)
    common = [bindparam(f"shared_{name}", type_=types[name]).label(name) for name in shared]
    inserting = upsert(model, on_sqlite=False).from_select([*own, *shared], select(*rows.c, *common))
    return inserting.on_conflict_do_nothing()


def _given_rows(rows: Sequence[Mapping[str, object]]) -> str:
    def spelled(value: object) -> str:
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.isoformat()
        raise TypeError(f"{type(value).__name__} cannot be inserted with many, nor can a naive moment")

    return orjson.dumps(rows, default=spelled, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()


@cache
def _joined(*statements: Insert | Update) -> Insert | Update:
    *others, last = statements
    return last.add_cte(*(other.cte(f"change_{place}") for place, other in enumerate(others)))


def texts(name: str, *, on_sqlite: bool) -> FromClause:
    """Many texts in one parameter, as rows with `value` and `place`.

    Args:
        name: of the parameter, which takes `given_texts`.
        on_sqlite: whether it is for SQLite; else for PostgreSQL.
    """
    given: BindParameter[str] = bindparam(name, type_=String())
    if on_sqlite:
        rows = func.json_each(given).table_valued("value", "key")
        return select(rows.c.value, rows.c.key.label("place")).subquery()
    elements = func.jsonb_array_elements_text(cast(given, JSONB))
    return elements.table_valued("value", with_ordinality="place").render_derived()


def given_texts(values: Collection[str]) -> str:
    """Texts as the parameter of `texts`."""
    return json.dumps(list(values), ensure_ascii=False)
