"""A plugin that comes as a wheel brings its tables along, and nothing is written where it is installed."""

import shutil
import sys

import pytest
from sqlalchemy import inspect

from app.core.db import db
from app.core.registry.catalog import current_catalog
from app.core.registry.lineage_states import Standing, lineage_states
from tests.support.wheels import build_wheel, install_wheel


@pytest.fixture
def site(tmp_path, install_with_tables, monkeypatch):
    """A read-only folder on the path that holds nothing but the installed wheel of a plugin with a table."""
    source = install_with_tables("hello")
    shutil.rmtree(source.parent / "hello-1.0.dist-info")
    package = tmp_path / "source" / "hello"
    shutil.move(source, package)
    site = tmp_path / "site" / "packages"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    build = tmp_path / "build"
    build.mkdir()
    install_wheel(build_wheel(package, build), site)
    monkeypatch.syspath_prepend(str(site))
    yield site
    for folder in [site, *site.rglob("*")]:
        folder.chmod(0o755)


@pytest.fixture
def files(site):
    return lambda: sorted(str(path.relative_to(site)) for path in site.rglob("*"))


def test_the_tables_of_a_wheel_come_and_go_with_its_migrations(site, files, request):
    before = files()
    assert "hello/migrations/versions/0001_first.py" in before
    flask_cli = request.getfixturevalue("flask_cli")
    assert current_catalog().distributions == {"hello": "hello"}

    assert flask_cli("db", "upgrade").exit_code == 0
    checked = flask_cli("db", "check")
    [state] = [state for state in lineage_states(current_catalog()) if state.name == "hello"]

    assert checked.exit_code == 0, checked.output
    assert state.standing == Standing.CURRENT
    assert inspect(db.engine).has_table("hello__greetings")

    downgraded = flask_cli("db", "-x", "plugin=hello", "downgrade", "base")
    assert downgraded.exit_code == 0, downgraded.output
    assert not inspect(db.engine).has_table("hello__greetings")
    assert files() == before, "nothing was written into the installed package"
