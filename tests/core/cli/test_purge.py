"""`flask plugins purge`: a plugin's tables go, nobody else's, and only when its name was typed twice."""

import shutil
import sys

import pytest
from sqlalchemy import inspect, select, text

from app.core.audit import AuditLog
from app.core.db import db
from app.core.runs.status import RunStatus
from tests.support.databases import on_both_databases

pytestmark = on_both_databases


@pytest.fixture
def hello(install_with_tables):
    """Folder of an installed plugin with one table."""
    return install_with_tables("hello")


@pytest.fixture
def purge(hello, database, make_app):
    """Bring the tables up to date with the plugin loaded; then purge with some settings: `purge("hello")`."""
    before = make_app().test_cli_runner().invoke("db", "upgrade")
    assert before.exit_code == 0, before.output

    def run(*arguments, typed=None, **settings):
        app = make_app(**settings)
        return app.test_cli_runner().invoke("plugins", "purge", *arguments, input=typed)

    yield run
    with make_app(plugins_disabled=("hello",)).app_context(), db.engine.begin() as connection:
        for table in ("hello__more", "stray", "huey_stray", "hello__greetings", "alembic_version_hello"):
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))


@pytest.fixture
def tables(app):
    def names():
        db.session.rollback()
        return set(inspect(db.engine).get_table_names())

    return names


@pytest.fixture
def remove_code(hello):
    """Uninstall the plugin."""

    def remove():
        shutil.rmtree(hello.parent / "hello-1.0.dist-info")
        shutil.rmtree(hello)

    return remove


def purged():
    db.session.rollback()
    entries = db.session.scalars(select(AuditLog).where(AuditLog.action == "plugin.purged")).all()
    return [(entry.subject, entry.tenant_id, entry.details) for entry in entries]


def execute(statement):
    with db.engine.begin() as connection:
        connection.execute(text(statement))


def test_the_tables_of_a_loaded_plugin_go_by_its_own_migrations(purge, tables):
    others = tables() - {"hello__greetings", "alembic_version_hello"}

    result = purge("hello", "--yes", "hello")

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("This removes hello__greetings.\nhello is purged; its runs stay.\n")
    assert "It is still loaded" in result.stdout
    assert tables() == others
    assert purged() == [("plugin:hello", None, {"tables": ["hello__greetings"], "by": "migrations"})]


def test_a_plugin_that_is_kept_from_loading_is_purged_by_its_code(purge, tables):
    result = purge("hello", "--yes", "hello", plugins_disabled=("hello",))

    assert result.exit_code == 0, result.output
    assert "It is still loaded" not in result.stdout
    assert not {"hello__greetings", "alembic_version_hello"} & tables()


def test_in_safe_mode_too(purge, tables):
    assert purge("hello", "--yes", "hello", safe_mode=True).exit_code == 0
    assert "hello__greetings" not in tables()


def test_a_plugin_whose_code_is_gone_is_purged_by_the_names_of_its_tables(purge, tables, remove_code):
    execute("CREATE TABLE hello__more (id INTEGER PRIMARY KEY REFERENCES hello__greetings (id))")
    execute("INSERT INTO hello__greetings (id) VALUES (1)")
    execute("INSERT INTO hello__more (id) VALUES (1)")
    execute("CREATE TABLE stray (id INTEGER PRIMARY KEY)")
    execute("CREATE TABLE huey_stray (id INTEGER PRIMARY KEY)")  # the queue's
    remove_code()

    result = purge("hello", "--yes", "hello")

    assert result.exit_code == 0, result.output
    assert "This removes hello__greetings, hello__more." in result.stdout
    assert "No loaded plugin owns these tables, and they stay: stray." in result.stdout
    assert not {"hello__greetings", "hello__more", "alembic_version_hello"} & tables()
    assert {"stray", "findings", "inventory_sync_runs", "tenants"} <= tables()
    assert purged() == [
        ("plugin:hello", None, {"tables": ["hello__greetings", "hello__more"], "by": "names"})
    ]


def test_purged_tables_come_back_empty_with_the_next_upgrade(purge, tables, make_app):
    execute("INSERT INTO hello__greetings (id) VALUES (7)")
    purge("hello", "--yes", "hello")

    assert make_app().test_cli_runner().invoke("db", "upgrade").exit_code == 0

    assert db.session.execute(text("SELECT count(*) FROM hello__greetings")).scalar() == 0


def test_purging_again_says_that_there_is_nothing(purge, app):
    purge("hello", "--yes", "hello")

    again = purge("hello", "--yes", "hello")

    assert (again.exit_code, again.stdout) == (0, "hello has no tables: there is nothing to remove.\n")
    assert len(purged()) == 1


def test_the_name_is_asked_for_and_must_be_typed_as_it_is(purge, tables):
    wrong = purge("hello", typed="helo\n")
    assert wrong.exit_code == 2
    assert "nothing was removed: 'helo' is not 'hello'" in wrong.stderr
    assert purge("hello", "--yes", "Hello").exit_code == 2
    assert purge("hello", typed="\n").exit_code == 2
    assert "hello__greetings" in tables()

    right = purge("hello", typed="hello\n")

    assert right.exit_code == 0
    assert "Type hello to remove this for good" in right.stdout
    assert "hello__greetings" not in tables()


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("core", 2, "'core' is no plugin that can be purged"),
        ("alembic_version; DROP", 2, "is no plugin that can be purged"),
        ("nobody", 2, "there is no plugin 'nobody', and nothing of it in the database"),
        ("inventory", 1, "drift stands on inventory: purge that first"),
    ],
)
def test_what_must_stay_is_refused(purge, tables, name, status, words):
    before = tables()

    result = purge(name, "--yes", name)

    assert result.exit_code == status
    assert words in result.stderr
    assert tables() == before
    assert purged() == []


def test_a_plugin_without_tables_leaves_nothing_to_remove(purge):
    assert purge("retention", "--yes", "retention").stdout == (
        "retention has no tables: there is nothing to remove.\n"
    )


def test_what_a_disabled_plugin_with_tables_stands_on_is_refused(purge, tables):
    result = purge("inventory", "--yes", "inventory", plugins_disabled=("drift",))

    assert result.exit_code == 1
    assert "drift stands on inventory" in result.stderr
    assert "inventory_sync_runs" in tables()


def test_while_its_runs_are_active_it_is_refused(purge, tables, make_run):
    make_run(RunStatus.PENDING, plugin="hello")
    make_run(RunStatus.COMPLETED, plugin="probe", succeeded=1, run_type="probe.done")

    result = purge("hello", "--yes", "hello")

    assert result.exit_code == 1
    assert "a run of hello is queued or running" in result.stderr
    assert "hello__greetings" in tables()


def test_tables_that_others_point_to_are_refused(purge, tables):
    execute("CREATE TABLE stray (id INTEGER PRIMARY KEY REFERENCES hello__greetings (id))")

    result = purge("hello", "--yes", "hello")

    assert result.exit_code == 1
    assert "other tables need those of hello: stray points to hello__greetings" in result.stderr
    assert "hello__greetings" in tables()


def test_code_that_is_there_and_cannot_be_asked_is_refused(purge, tables, hello):
    for path in hello.glob("*.py"):
        path.write_text("raise LookupError('gone')")
    _forget_modules()

    result = purge("hello", "--yes", "hello")

    assert result.exit_code == 1
    assert "failed at import: LookupError: gone: repair it, or uninstall it and purge again" in result.stderr
    assert "hello__greetings" in tables()


def test_migrations_that_do_not_lead_back_leave_everything_as_it_was(purge, tables, hello):
    revision = hello / "migrations" / "versions" / "0001_first.py"
    revision.write_text(revision.read_text() + "    raise LookupError('password=hunter2')\n")

    result = purge("hello", "--yes", "hello")

    assert result.exit_code == 1
    assert "the migrations of hello cannot be taken back: LookupError: " in result.stderr
    assert "hunter2" not in result.stderr
    assert {"hello__greetings", "alembic_version_hello"} <= tables()
    assert purged() == []


def test_tables_that_its_migrations_leave_behind_are_named(purge, tables):
    execute("CREATE TABLE hello__more (id INTEGER PRIMARY KEY)")

    result = purge("hello", "--yes", "hello")

    assert result.exit_code == 0
    assert "Its migrations left behind: hello__more" in result.stdout


def _forget_modules():
    for name in [name for name in sys.modules if name.partition(".")[0] == "hello"]:
        del sys.modules[name]
