"""A run's status as others see it: one driver connection, so that looking costs next to nothing."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg

StatusOf = Callable[[int], str]


@contextmanager
def outside(database_url: str) -> Iterator[StatusOf]:
    """A function that tells the status of a run, each time as of now."""
    if database_url.startswith("sqlite:///"):
        path = database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            query = "SELECT status FROM bulk_operation_runs WHERE id = ?"
            yield lambda run_id: str(connection.execute(query, [run_id]).fetchone()[0])
        return
    with psycopg.connect(database_url.replace("+psycopg", "", 1), autocommit=True) as server:
        asked = "SELECT status FROM bulk_operation_runs WHERE id = %s"
        yield lambda run_id: str(server.execute(asked, [run_id], prepare=True).fetchone()[0])  # type: ignore[index]  # the run is there
