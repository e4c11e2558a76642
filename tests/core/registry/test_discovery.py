"""Plugins dropped in or installed are found; one that fails is named and harms nobody."""

import json

import pytest

from app.core.errors import PluginError
from app.core.registry.catalog import EXTENSION, current_catalog
from app.core.runs.filter import RunFilter
from app.core.runs.listing import list_runs
from tests.support.browsing import location
from tests.support.plugging import GREETINGS

OTHER_NAME = """
from app.core import NoParams, OperationType, Plugin
plugin = Plugin(name="hello", version="1", operations=(
    OperationType(run_type="hello.greet", label="Greet", execute=lambda run: None),))
"""
BROKEN_IMPORT = "raise LookupError('password=hunter2')"
NO_PLUGIN = "greeting = 'hello'"
WRONG_TYPE = "plugin = {'name': 'hello'}"
INVALID = "from app.core import Plugin\nplugin = Plugin(name='Hello!', version='1')"
REQUIRES = "from app.core import Plugin\nplugin = Plugin(name='hello', version='1', requires=('ground',))"
OTHER_API = "from app.core import Plugin\nplugin = Plugin(name='hello', version='1', requires_api=(9, 0))"
NO_ROLE = OTHER_NAME.replace('label="Greet"', 'label="Greet", role="operator"')
NO_CARD = "from app.core import Plugin\nplugin = Plugin(name='hello', version='1', overview_cards=('card',))"
NAMELESS = "from app.core import Plugin\nplugin = Plugin(name=None, version='1')"
BAD_RELATIONSHIP = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from app.core import Plugin, model_registry

class Base(DeclarativeBase):
    registry = model_registry()

class Greeting(Base):
    __tablename__ = "hello__greetings"
    id: Mapped[int] = mapped_column(primary_key=True)
    whom = relationship("Nobody")

plugin = Plugin(name="hello", version="1", models=Base, migrations="hello.migrations")
"""
BAD_ROUTES = """
from flask import Blueprint
from app.core import Plugin
pages = Blueprint("hello", __name__)
pages.add_url_rule("/t/<tenant>/hello/<nosuchconverter:x>", "show", lambda: "")
plugin = Plugin(name="hello", version="1", blueprints=(pages,))
"""
BAD_NAV = """
from app.core import NavItem, Plugin
plugin = Plugin(name="hello", version="1", nav=(NavItem("Hello", "hello.nowhere"),))
"""
BAD_START = """
from app.core import OperationType, Plugin
plugin = Plugin(name="hello", version="1", operations=(
    OperationType(run_type="hello.greet", label="Greet", execute=print, start_endpoint="hello.nowhere"),))
"""
BAD_SOURCE = """
from app.core import InventorySource, NoParams, Plugin
plugin = Plugin(name="hello", version="1", inventory_sources=(
    InventorySource(
        key="h", label="H", description="", options=NoParams, read=print, start_endpoint="h.no"),))
"""
TAKEN_ROUTES = """
from flask import Blueprint
from app.core import Plugin
pages = Blueprint("core", __name__)
plugin = Plugin(name="hello", version="1", blueprints=(pages,))
"""
NAV_NEEDS_MORE = """
from flask import Blueprint
from app.core import NavItem, Plugin
pages = Blueprint("hello", __name__)
pages.add_url_rule("/t/<tenant>/hello/<int:number>", "show", lambda tenant, number: "")
plugin = Plugin(name="hello", version="1", blueprints=(pages,), nav=(NavItem("Hello", "hello.show"),))
"""
NO_COMMAND = """
from app.core import Plugin
plugin = Plugin(name="hello", version="1", cli=("not a command",))
"""
TAKEN_COMMAND = """
import click
from app.core import Plugin
plugin = Plugin(name="hello", version="1", cli=(click.Command("runs"),))
"""


def test_the_sample_plugin_is_one_file_under_forty_lines():
    assert len(GREETINGS.read_text(encoding="utf-8").splitlines()) < 40


@pytest.fixture(params=["dropped in", "installed"])
def greetings(request):
    """The sample plugin, beside the built-in ones or behind an entry point."""
    if request.param == "installed":
        request.getfixturevalue("installed_greetings")
    else:
        request.getfixturevalue("drop_in")(GREETINGS.stem, GREETINGS.read_text(encoding="utf-8"))


def test_a_plugin_of_one_file_appears_everywhere_without_another_edit(
    greetings, app, tenant, operator, sign_in, flask_cli, worker
):
    browser = sign_in(operator)
    form = "/t/fictional/start/greetings.greet"

    listed = {row["name"]: row for row in json.loads(flask_cli("plugins", "list", "--json").stdout)}
    assert listed["greetings"]["run_types"] == ["greetings.greet"]
    assert (listed["greetings"]["state"], listed["greetings"]["version"]) == ("loaded", "1.2.0")

    assert "Greet people" in browser.get("/t/fictional/start").text
    assert 'name="people"' in browser.get(form).text
    answer = browser.submit(form, {"people": "ada\ngrace\n"})
    assert worker() == 1
    [run] = list_runs(tenant, RunFilter())
    assert location(answer) == f"/t/fictional/monitoring/operations/{run.id}"

    hub = browser.get("/t/fictional/monitoring/operations").text
    assert "Greet people" in hub
    assert "greetings.greet" in hub
    assert "2 of 2 succeeded" in browser.get(location(answer)).text

    params = json.dumps({"people": ["ada", "nobody"]})
    started = flask_cli(
        *(
            "runs",
            "start",
            "greetings.greet",
            "--tenant",
            "fictional",
            "--params",
            params,
            "--inline",
            "--json",
        )
    )
    assert json.loads(started.stdout)["status_bucket"] == "partially_succeeded"


@pytest.mark.parametrize(
    ("source", "stage", "words"),
    [
        (BROKEN_IMPORT, "import", "LookupError"),
        ("this is no python", "import", "SyntaxError"),
        ("import no_such_library_at_all", "import", "no_such_library_at_all"),
        (NO_PLUGIN, "locate", "has no `plugin`"),
        (WRONG_TYPE, "validate", "dict"),
        (INVALID, "validate", "Hello!"),
        (OTHER_API, "compatibility", "needs API 9.0"),
        (NO_ROLE, "validate", "role is a str, not a Role"),
        (NO_CARD, "validate", "overview_cards is a tuple, not a tuple of OverviewCard"),
        (NAMELESS, "validate", "name is a NoneType, not a text"),
        (BAD_RELATIONSHIP, "models", "Nobody"),
        (REQUIRES, "requires", "ground"),
        (BAD_ROUTES, "routes", "nosuchconverter"),
        (TAKEN_ROUTES, "routes", "core"),
        (BAD_NAV, "nav", "hello.nowhere"),
        (BAD_START, "nav", "hello.nowhere"),
        (BAD_SOURCE, "nav", "h.no"),
        (NAV_NEEDS_MORE, "nav", "hello.show"),
        (NO_COMMAND, "cli", "not a command"),
        (TAKEN_COMMAND, "cli", "runs"),
    ],
)
@pytest.mark.parametrize("way", ["drop_in", "install"])
def test_a_plugin_that_fails_is_named_and_everything_else_works(
    request, make_app, make_failing_client, way, source, stage, words
):
    request.getfixturevalue(way)("hello", source)

    app, browser = make_failing_client()

    [failed] = [
        row
        for row in json.loads(app.test_cli_runner().invoke("plugins", "list", "--json").stdout)
        if row["state"] == "failed"
    ]
    assert (failed["stage"], failed["run_types"]) == (stage, [])
    assert words in failed["reason"]
    assert "hunter2" not in failed["reason"]
    assert {"inventory", "drift"} <= set(current_catalog().plugins)
    for path in ("/t/fictional/", "/t/fictional/start", "/t/fictional/monitoring/operations"):
        assert browser.get(path).status_code == 200
    doctor = app.test_cli_runner().invoke("plugins", "doctor")
    assert doctor.exit_code == 1
    assert f"failed at {stage}" in doctor.stdout


@pytest.fixture
def make_failing_client(request):
    """Build the application after the plugin is in place: (application, signed-in browser)."""

    def make():
        app = request.getfixturevalue("app")
        operator = request.getfixturevalue("operator")
        return app, request.getfixturevalue("sign_in")(operator)

    return make


@pytest.mark.parametrize(
    "source", [BROKEN_IMPORT, WRONG_TYPE, INVALID, REQUIRES, BAD_ROUTES, BAD_NAV, TAKEN_COMMAND]
)
def test_in_strict_mode_a_plugin_that_fails_ends_the_process(drop_in, make_app, source):
    drop_in("hello", source)

    with pytest.raises(PluginError, match=r"(?i)plugin 'hello!?' failed at"):
        make_app(plugins_strict=True)


def test_a_plugin_is_dropped_with_the_one_it_stands_on(drop_in, make_app):
    drop_in("hello", BAD_NAV)
    drop_in(
        "hullo",
        "from app.core import Plugin\nplugin = Plugin(name='hullo', version='1', requires=('hello',))",
    )

    catalog = make_app().extensions[EXTENSION]

    assert [(failed.name, failed.stage) for failed in catalog.failed] == [
        ("hello", "nav"),
        ("hullo", "requires"),
    ]
    assert not {"hello", "hullo"} & set(catalog.plugins)


def test_a_disabled_plugin_is_not_even_imported(drop_in, make_app):
    drop_in("hello", "raise SystemExit('imported')")

    with make_app(plugins_disabled=("hello",)).app_context():
        assert current_catalog().failed == []


def test_what_requires_a_disabled_plugin_is_not_loaded_either(make_app):
    with make_app(plugins_disabled=("inventory",)).app_context():
        assert "drift" not in current_catalog().plugins
        assert [(failed.name, failed.stage) for failed in current_catalog().failed] == [
            ("drift", "requires"),
            ("backup_sets", "requires"),
        ]


def test_a_plugin_that_exits_while_it_is_imported_does_not_take_the_process_along(drop_in, make_app):
    drop_in("hello", "raise SystemExit(3)")

    with make_app().app_context():
        assert [(failed.name, failed.stage) for failed in current_catalog().failed] == [("hello", "import")]


def test_safe_mode_loads_no_plugin_at_all(drop_in, make_app):
    drop_in("hello", OTHER_NAME)

    with make_app(safe_mode=True).app_context():
        assert list(current_catalog().plugins) == ["retention"], "core's own"
        assert current_catalog().failed == []


def test_two_plugins_of_one_run_type_leave_one_of_them(drop_in, make_app):
    drop_in("hello", OTHER_NAME)
    drop_in("hello_again", OTHER_NAME.replace('name="hello"', 'name="hello_again"'))

    with make_app().app_context():
        assert current_catalog().plugin_of("hello.greet").name == "hello"
        assert [(failed.name, failed.stage) for failed in current_catalog().failed] == [
            ("hello_again", "validate")
        ]


def test_built_in_plugins_stand_in_required_order(app):
    assert list(current_catalog().plugins)[:6] == [
        "retention",
        "channels",
        "graph",
        "inventory",
        "backup_sets",
        "drift",
    ]
    assert current_catalog().failed == []
