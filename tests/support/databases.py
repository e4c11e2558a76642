"""Databases, migrated once and given to every test empty: SQLite always, PostgreSQL when asked for."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import create_engine, text

from app.config import load_settings
from app.conformance.databases import created_database, drop_database, libpq
from app.core.db import db, metadata
from app.core.registry.lineages import upgrade_all
from app.factory import create_app

POSTGRES = os.environ.get(
    "TENANTATLAS_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
SECRET_KEY = "a fictional key for tests only"

LARGE = 8 * 1024 * 1024  # bytes of a table
SIZE = "SELECT '{0}', pg_relation_size('{0}')"
RESTART = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL AND sequencename = ANY(:ours)
"""

on_both_databases = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@dataclass(frozen=True)
class Database:
    """An empty, migrated database: `name` is its dialect, `url` what SQLAlchemy takes."""

    name: str
    url: str


@pytest.fixture
def database(request, tmp_path) -> Database:
    """An empty migrated database of this test alone: SQLite, unless marked `on_both_databases`."""
    if getattr(request, "param", "sqlite") == "postgresql":
        url = request.getfixturevalue("postgres_url")
        _empty(url)
        return Database("postgresql", url)
    path = tmp_path / "data" / "tenantatlas.db"
    path.parent.mkdir()
    shutil.copyfile(request.getfixturevalue("migrated_sqlite_file"), path)
    return Database("sqlite", f"sqlite:///{path}")


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory) -> Path:
    """A SQLite file with every lineage upgraded; copied, never written."""
    folder = tmp_path_factory.mktemp("migrated")
    _migrate(folder, f"sqlite:///{folder / 'template.db'}")
    return folder / "template.db"


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """URL of the PostgreSQL server of the tests; skips where there is none."""
    try:
        psycopg.connect(libpq(POSTGRES), connect_timeout=3).close()
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL at TENANTATLAS_TEST_POSTGRES: {str(error).strip()[:120]}")
    return POSTGRES


@pytest.fixture
def unmigrated_postgres_url(postgres_server) -> Iterator[str]:
    """A PostgreSQL database without any table, for tests of the migrations."""
    yield from _created(postgres_server)


@pytest.fixture(scope="session")
def postgres_url(postgres_server, tmp_path_factory) -> Iterator[str]:
    """A migrated PostgreSQL database of this pytest process, dropped at the end."""
    for url in _created(postgres_server):
        _migrate(tmp_path_factory.mktemp("migrated_postgres"), url)
        yield url


def _created(server: str) -> Iterator[str]:
    url = created_database(server, f"tenantatlas_test_{os.getpid()}_{uuid4().hex[:8]}")
    yield url
    drop_database(server, url)


def _migrate(folder: Path, url: str) -> None:
    app = create_app(load_settings(data_dir=folder, database_url=url, secret_key=SECRET_KEY))
    with app.app_context():
        problems = {name: problem for name, problem in upgrade_all() if problem}
        db.engine.dispose()
    assert not problems, problems


def _empty(url: str) -> None:
    """Take every row out. To truncate makes a file for each table and index: only large ones are."""
    engine = create_engine(url)
    names = [f'"{name}"' for name in metadata.tables]
    with engine.begin() as connection:
        sizes = connection.execute(text(" UNION ALL ".join(map(SIZE.format, names)))).all()
        if max(size for _, size in sizes) > LARGE:
            connection.execute(text(f"TRUNCATE {', '.join(names)} CASCADE"))
        used = "; ".join(f"DELETE FROM {name}" for name, size in sizes if size)  # noqa: S608 - our own names
        # Without foreign keys being looked after: the order is then all one.
        connection.exec_driver_sql(f"SET LOCAL session_replication_role = replica; {used}")
        connection.execute(text(RESTART), {"ours": [f"{name}_id_seq" for name in metadata.tables]})
    engine.dispose()
