"""A deployment for measuring: a database of its own, migrated, with the no-op plugin in its catalog."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from flask import Flask

from app.config import Settings, load_settings
from app.core.db import db
from app.core.registry.catalog import EXTENSION
from app.core.registry.lineages import upgrade_all
from app.core.tenants import Tenant, create_tenant
from app.factory import create_app
from bench.runs.noop import plugin
from tools.servers import DurableRedisServer

POSTGRES = os.environ.get("TENANTATLAS_BENCH_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TENANTATLAS_BENCH_REDIS", "redis://127.0.0.1:6379/0")
SECRET_KEY = "a fictional key for benchmarks only"
BUILT_IN = ("inventory", "drift", "backup_sets", "channels")
KINDS = ("sqlite", "postgresql + redis", "postgresql + durable redis", "postgresql alone")


@dataclass(frozen=True)
class Deployment:
    """One kind of deployment, ready; an application context of `app` is active."""

    kind: str
    app: Flask
    settings: Settings
    tenant: Tenant


@contextmanager
def deployed(kind: str, folder: Path, *, without: tuple[str, ...] = BUILT_IN) -> Iterator[Deployment]:
    """Make a deployment and take it away again.

    Args:
        kind: one of `KINDS`.
        folder: for files.
        without: plugins that are not loaded.
    """
    with _database(kind, folder) as (database_url, queue_url):
        settings = load_settings(
            data_dir=folder,
            database_url=database_url,
            queue_url=queue_url,
            queue_prefix=f"bench-{uuid4().hex[:8]}",
            secret_key=SECRET_KEY,
            plugins_disabled=without,
        )
        app = with_noop(settings)
        with app.app_context():
            problems = [f"{name}: {problem}" for name, problem in upgrade_all() if problem]
            assert not problems, problems
            yield Deployment(kind, app, settings, create_tenant("bench"))
            db.session.rollback()
            db.engine.dispose()


def with_noop(settings: Settings) -> Flask:
    """The application with the no-op plugin in its catalog."""
    app = create_app(settings)
    app.extensions[EXTENSION].add(plugin)
    return app


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, str]]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.db'}", f"sqlite:///{folder / 'queue.db'}"
        return
    name = f"tenantatlas_bench_{uuid4().hex[:8]}"
    url = f"{POSTGRES.rpartition('/')[0]}/{name}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    try:
        with _queue(kind, url) as queue_url:
            yield url.replace("postgresql://", "postgresql+psycopg://", 1), queue_url
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _queue(kind: str, database_url: str) -> Iterator[str]:
    if kind == "postgresql + durable redis":
        with DurableRedisServer() as server:
            yield server.url
    else:
        yield REDIS if kind == "postgresql + redis" else database_url
