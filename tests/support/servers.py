"""Servers of one pytest process, which a test may stop and start again; the shared ones are left alone."""

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest

from tests.support import databases
from tests.support.databases import Database
from tools.servers import PostgresServer, RedisServer, Server, ServerMissingError


@pytest.fixture(scope="session")
def migrated_postgres_server(tmp_path_factory) -> Iterator[PostgresServer]:
    """A PostgreSQL with a migrated database `template`, which is copied, never written."""
    for server in _running(PostgresServer):
        databases._migrate(tmp_path_factory.mktemp("own_postgres"), _url(server.create_database("template")))
        yield server


@pytest.fixture
def own_postgres(migrated_postgres_server) -> Iterator[PostgresServer]:
    """A PostgreSQL that runs when the test begins and when it ends, whatever the test does."""
    yield migrated_postgres_server
    if not migrated_postgres_server.answers():
        migrated_postgres_server.start()


@pytest.fixture
def own_database(own_postgres) -> Database:
    """An empty migrated database of this test alone on `own_postgres`."""
    return Database("postgresql", _url(own_postgres.create_database(f"test_{uuid4().hex[:12]}", "template")))


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """An empty Redis of this test alone: whenever it is stopped, it has forgotten everything."""
    yield from _running(RedisServer)


def _running(kind: type[Server]) -> Iterator:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(kind())
        except ServerMissingError as error:
            pytest.skip(str(error))
        yield server


def _url(dsn: str) -> str:
    return dsn.replace("postgresql://", "postgresql+psycopg://", 1)
