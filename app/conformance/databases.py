"""Databases, made once and given to every check as a copy: SQLite, or PostgreSQL when a server is named."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import make_url

Fill = Callable[[str], None]


class Databases:
    """Copies of templates. A template is filled when it is first asked for, and never written again."""

    def __init__(self, folder: Path, server: str = "") -> None:
        """Choose where databases live.

        Args:
            folder: of the SQLite files.
            server: SQLAlchemy URL of a PostgreSQL server on which databases may be created; empty: SQLite.
        """
        self._folder, self._server = folder, server
        self._templates: dict[str, str] = {}
        self._copies: list[str] = []

    def template(self, name: str, fill: Fill, *, base: str | None = None) -> str:
        """The URL of a template, made of another and filled when it is not there yet."""
        if name not in self._templates:
            url = self._create(base)
            fill(url)
            self._templates[name] = url
        return self._templates[name]

    def copy(self, template: str) -> str:
        """The URL of a database of the caller's own; dropped with the templates."""
        url = self._create(template)
        self._copies.append(url)
        return url

    def renew(self, url: str, template: str) -> None:
        """Let a database that nobody is connected to be a copy of a template again."""
        self._drop(url)
        self._create(template, make_url(url).database or "")

    def close(self) -> None:
        """Drop all of them."""
        for url in (*self._templates.values(), *self._copies):
            self._drop(url)

    def _create(self, template: str | None, name: str = "") -> str:
        name = name or f"tenantatlas_conformance_{os.getpid()}_{uuid4().hex[:12]}"
        if self._server:
            return created_database(self._server, name, template)
        path = self._folder / name  # of a whole path, that path
        if template is not None:
            shutil.copyfile(template.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    def _drop(self, url: str) -> None:
        if self._server:
            drop_database(self._server, url)
            return
        for ending in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + ending).unlink(missing_ok=True)


def created_database(server: str, name: str, template: str | None = None) -> str:
    """The URL of a new PostgreSQL database, empty or a copy of another that nobody is connected to."""
    statement = SQL("CREATE DATABASE {}").format(Identifier(name))
    if template is not None:
        statement += SQL(" TEMPLATE {}").format(Identifier(make_url(template).database or ""))
    _order(server, statement)
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_database(server: str, url: str) -> None:
    """Drop a PostgreSQL database, whoever is connected to it."""
    _order(server, SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(make_url(url).database or "")))


def _order(server: str, statement: Composed) -> None:
    # Neither can be part of a transaction.
    with psycopg.connect(libpq(server), autocommit=True) as connection:
        connection.execute(statement)


def libpq(url: str) -> str:
    """A SQLAlchemy URL of PostgreSQL as its own library takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
