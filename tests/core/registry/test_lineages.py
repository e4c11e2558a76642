"""Migrations: one command brings every lineage up to date, and a broken one harms only itself."""

import shutil

import pytest
from sqlalchemy import create_engine, inspect, text

from app.core.db import db
from app.core.registry.catalog import current_catalog
from app.core.registry.lineage_states import lineage_states
from tests.support.databases import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """A database without any table."""
    if request.param == "sqlite":
        return Database("sqlite", f"sqlite:///{tmp_path / 'empty.db'}")
    return Database("postgresql", request.getfixturevalue("unmigrated_postgres_url"))


@pytest.fixture
def tables(settings):
    def names():
        engine = create_engine(settings.database_url)
        found = set(inspect(engine).get_table_names())
        engine.dispose()
        return found

    return names


def test_upgrade_without_arguments_brings_core_and_every_plugin_up_to_date(flask_cli, tables):
    result = flask_cli("db", "upgrade")

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "core: up to date",
        "inventory: up to date",
        "backup_sets: up to date",
        "drift: up to date",
    ]
    assert {"bulk_operation_runs", "inventory_sync_runs", "findings"} <= tables()
    assert {"alembic_version", "alembic_version_inventory", "alembic_version_drift"} <= tables()
    assert [state.problem for state in lineage_states(current_catalog())] == [None] * 4


def test_upgrading_twice_changes_nothing(flask_cli, tables):
    flask_cli("db", "upgrade")
    before = tables()

    assert flask_cli("db", "upgrade").exit_code == 0
    assert tables() == before


def test_models_and_migrations_say_the_same(flask_cli):
    flask_cli("db", "upgrade")

    result = flask_cli("db", "check")

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "core: models and tables say the same",
        "inventory: models and tables say the same",
        "backup_sets: models and tables say the same",
        "drift: models and tables say the same",
    ]


def test_down_to_nothing_and_up_again(flask_cli, tables):
    flask_cli("db", "upgrade")
    before = tables()

    for lineage in ("drift", "backup_sets", "inventory", "core"):
        result = flask_cli("db", "downgrade", "-x", f"plugin={lineage}", "base")
        assert result.exit_code == 0, result.output
    assert {name for name in tables() if not name.startswith("alembic_version")} <= {"sqlite_sequence"}

    assert flask_cli("db", "upgrade").exit_code == 0
    assert tables() == before


def test_the_lineage_of_an_installed_plugin_is_upgraded_too(install_with_tables, request, tables):
    install_with_tables("hello")

    result = request.getfixturevalue("flask_cli")("db", "upgrade")

    assert "hello: up to date" in result.stdout
    assert {"hello__greetings", "alembic_version_hello"} <= tables()


def test_one_broken_lineage_is_named_and_the_others_are_done(install_with_tables, request, tables):
    install_with_tables("hello", then="raise LookupError('no such thing')")
    install_with_tables("hullo")

    result = request.getfixturevalue("flask_cli")("db", "upgrade")

    assert result.exit_code == 1
    assert "hello: LookupError: no such thing" in result.stderr
    assert "hullo: up to date" in result.stdout
    assert {"bulk_operation_runs", "findings", "hullo__greetings"} <= tables()
    assert "hello__greetings" not in tables(), "a migration happens as a whole or not at all"


def test_a_lineage_whose_migrations_are_not_there_is_named_and_the_others_are_done(
    install_with_tables, request, tables, tmp_path
):
    install_with_tables("hello")
    shutil.rmtree(tmp_path / "site" / "hello" / "migrations")

    flask_cli = request.getfixturevalue("flask_cli")

    result = flask_cli("db", "upgrade")
    doctor = flask_cli("plugins", "doctor")

    assert result.exit_code == doctor.exit_code == 1
    assert "hello: RuntimeError: the migrations of 'hello' cannot be found" in result.stderr
    assert doctor.stdout.splitlines() == [
        "hello: failed at migrate: RuntimeError: the migrations of 'hello' cannot be found"
    ]
    assert {"bulk_operation_runs", "findings"} <= tables()


def test_a_plugin_that_cannot_be_loaded_is_named_and_the_others_are_done(drop_in, request, tables):
    drop_in("broken", "raise LookupError('no such thing')")

    result = request.getfixturevalue("flask_cli")("db", "upgrade")

    assert result.exit_code == 1
    assert "broken: not loaded, so its tables were left alone: failed at import" in result.stderr
    assert {"bulk_operation_runs", "findings"} <= tables()


def test_doctor_says_what_is_not_up_to_date(flask_cli):
    result = flask_cli("plugins", "doctor")

    assert result.exit_code == 1
    assert "core: failed at migrate: tables are at nothing, the code is at 0" in result.stdout
    assert "run `flask db upgrade`" in result.stdout

    flask_cli("db", "upgrade")
    assert flask_cli("plugins", "doctor").exit_code == 0


def test_an_unknown_lineage_is_named_with_those_there_are(flask_cli, caplog):
    result = flask_cli("db", "upgrade", "-x", "plugin=nobody")

    assert result.exit_code == 1
    assert "no lineage 'nobody'; there are core, inventory, backup_sets, drift" in caplog.text


def test_foreign_keys_are_kept_and_intact_after_a_migration(flask_cli, app, database):
    flask_cli("db", "upgrade")

    assert len(inspect(db.engine).get_foreign_keys("notifications")) == 3
    with db.engine.connect() as connection:
        if database.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
