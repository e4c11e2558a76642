"""Statements that do much at once: several changes in one round trip, many texts in one parameter."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, FromClause, Insert, String, Update, bindparam, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

from app.core.db import JsonObject, db, execute, table_of

# A statement without RETURNING, and its values under names that no other statement of the transaction uses.
Change: TypeAlias = tuple[Insert | Update, JsonObject]


def is_sqlite() -> bool:
    """Whether the data are in SQLite."""
    return db.engine.dialect.name == "sqlite"


def upsert(model: type[DeclarativeBase], *, on_sqlite: bool | None = None) -> postgresql.Insert:
    """An insert into a model's table that may say what happens on a conflict.

    Args:
        model: of core or of a plugin.
        on_sqlite: for which database, where the statement is built once; none: the one in use.
    """
    dialect: Any = sqlite if (is_sqlite() if on_sqlite is None else on_sqlite) else postgresql
    statement: postgresql.Insert = dialect.insert(table_of(model))  # SQLite's has the same methods
    return statement


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


def given_texts(values: Sequence[str]) -> str:
    """Texts as the parameter of `texts`."""
    return json.dumps(values, ensure_ascii=False)
