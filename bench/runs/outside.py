"""The data as somebody outside sees them: one driver connection, so that looking costs next to nothing."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg


@contextmanager
def outside(database_url: str) -> Iterator[Callable[[str], object]]:
    """A function that executes a query and returns its first value, each time as of now."""
    with closing(_connection(database_url)) as connection:
        yield lambda query: connection.execute(query).fetchone()[0]


def _connection(database_url: str) -> sqlite3.Connection | psycopg.Connection[tuple[object, ...]]:
    if database_url.startswith("sqlite:///"):
        return sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    return psycopg.connect(database_url.replace("+psycopg", "", 1), autocommit=True)
