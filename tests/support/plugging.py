"""Plugins dropped in: as a module of the built-in package, or installed with an entry point."""

import shutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from textwrap import dedent

import pytest

from app import plugins
from app.core.db import metadata

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
GREETINGS = SAMPLES / "greetings.py"
MODELS = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from app.core import Plugin, model_registry

class Base(DeclarativeBase):
    registry = model_registry()

class Greeting(Base):
    __tablename__ = "{name}__greetings"
    id: Mapped[int] = mapped_column(primary_key=True)

plugin = Plugin(
    name="{name}", version="1", models=Base, migrations="{package}.migrations", requires={requires}
)
"""
REVISION = """
from alembic import op
import sqlalchemy as sa

revision, down_revision, branch_labels, depends_on = "0001", None, None, None

def upgrade():
    op.create_table(
        "{name}__greetings", sa.Column("id", sa.Integer(), primary_key=True, nullable=False)
    )
    {then}

def downgrade():
    op.drop_table("{name}__greetings")
"""


@pytest.fixture
def drop_in(tmp_path, monkeypatch) -> Iterator[object]:
    """Put a module beside the built-in plugins: `drop_in("hello", source)`; then build the application."""
    folder, tables = tmp_path / "dropped_in", _tables_of_built_in_plugins()
    folder.mkdir()
    monkeypatch.setattr(plugins, "__path__", [*plugins.__path__, str(folder)])

    def drop(name: str, source: str) -> Path:
        path = folder / f"{name}.py"
        path.write_text(dedent(source), encoding="utf-8")
        return path

    yield drop
    _forget(folder, tables)


@pytest.fixture
def plugins_folder(tmp_path, monkeypatch) -> Iterator[Path]:
    """Where the setting `plugins_dir` may point: not there yet, and forgotten with the test."""
    folder, tables = tmp_path / "further" / "plugins", _tables_of_built_in_plugins()
    folder.parent.mkdir()
    monkeypatch.setattr(plugins, "__path__", list(plugins.__path__))
    yield folder
    _forget(folder, tables)


@pytest.fixture
def install(tmp_path, monkeypatch) -> Iterator[object]:
    """Install a module with an entry point: `install("hello", source)`; answers with its folder.

    `entry` is what stands in `entry_points.txt`, when it is not the module's `plugin`.
    """
    folder, tables = tmp_path / "site", _tables_of_built_in_plugins()
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))

    def put(name: str, source: str, *, entry: str | None = None) -> Path:
        (folder / f"{name}.py").write_text(dedent(source), encoding="utf-8")
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        entry = entry if entry is not None else f"{name} = {name}:plugin"
        (info / "entry_points.txt").write_text(f"[tenantatlas.plugins]\n{entry}\n")
        return folder

    yield put
    _forget(folder, tables)


@pytest.fixture
def install_with_tables(database, install):
    """Install a package with one table; `then` is what its migration does after creating it.

    The database comes first: nobody else's has the table.
    """

    def put(name: str, *, then: str = "pass", requires: tuple[str, ...] = ()) -> Path:
        folder = install(name, "")
        (folder / f"{name}.py").unlink()
        versions = folder / name / "migrations" / "versions"
        versions.mkdir(parents=True)
        (folder / name / "__init__.py").write_text(MODELS.format(name=name, package=name, requires=requires))
        (folder / name / "migrations" / "__init__.py").touch()
        (versions / "0001_first.py").write_text(dedent(REVISION.format(name=name, then=then)))
        return folder / name

    return put


@pytest.fixture
def installed_greetings(install) -> Path:
    """The sample plugin, installed; answers with the folder it is imported from."""
    return install(GREETINGS.stem, GREETINGS.read_text(encoding="utf-8"))


def _tables_of_built_in_plugins() -> set[str]:
    """Names of the tables that stay, those of core included."""
    for module in iter_modules(plugins.__path__, f"{plugins.__name__}."):
        import_module(module.name)
    return set(metadata.tables)


def _forget(folder: Path, tables: set[str]) -> None:
    """Let the next test import a module of the same name anew, and find no table that was not there."""
    for name, module in list(sys.modules.items()):
        if Path(getattr(module, "__file__", None) or "/").is_relative_to(folder):
            del sys.modules[name]
    for name in set(metadata.tables) - tables:
        metadata.remove(metadata.tables[name])
    shutil.rmtree(folder)
