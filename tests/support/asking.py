"""What is asked of the database meanwhile, and how it would go about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from unittest.mock import patch

from sqlalchemy import event

from app.core import alone
from app.core.db import db


class Asked(NamedTuple):
    """One statement as the driver got it."""

    statement: str
    parameters: object


@contextmanager
def asking() -> Iterator[list[Asked]]:
    """`with asking() as asked`: every statement until the block ends, of any thread."""
    asked: list[Asked] = []

    def note(_connection, _cursor, statement, parameters, *_more):
        asked.append(Asked(statement, parameters))

    compiled = alone._compile

    def note_alone(statement, dialect):
        found = compiled(statement, dialect)
        asked.append(Asked(found.sql, found.values))
        return found

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        with patch.object(alone, "_compile", note_alone):
            yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def plan_of(asked: Asked) -> list[str]:
    """The steps by which the database would answer, in this session's transaction."""
    connection = db.session.connection()
    if db.engine.dialect.name == "sqlite":
        explain = "EXPLAIN QUERY PLAN"
    else:
        explain = "EXPLAIN"
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # on few rows it would be cheaper
    rows = connection.exec_driver_sql(f"{explain} {asked.statement}", asked.parameters)
    return [" ".join(map(str, row)) for row in rows]
