"""Reading at length: one transaction that sees one moment and outlives the request that began it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from app.core.db import reading


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection in a read-only transaction of its own: whatever is read in it is of the same moment.

    A streamed answer is made after its request, when the request's session is gone. Nothing here needs an
    application, and between two reads nothing of the reader's context is changed.

    Args:
        engine: `db.engine`, asked for while there still was an application.
    """
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":  # where a transaction sees one moment anyway
            connection.execution_options(isolation_level="REPEATABLE READ")
        with reading():
            transaction = connection.begin()
        try:
            yield connection
        finally:
            transaction.rollback()
