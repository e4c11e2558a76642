"""One broken plugin a stage: every page of core stays, and owners are told which plugin failed, and where."""

import re

import pytest

from app.core.errors import PluginError
from app.core.registry.catalog import current_catalog
from app.core.schedules.plan import Plan
from app.core.schedules.planning import create_schedule
from app.core.tenants import create_tenant
from app.core.users import Role, set_membership
from tests.support.snapshots import compliance, import_export, run_now, write_export

PLUGIN = """
from flask import Blueprint
from app.core import NavItem, OperationType, Plugin
pages = Blueprint("hello", __name__)
@pages.get("/t/<tenant>/hello")
def index(tenant):
    return "hello"
def execute(run):
    pass
def links(facts):
    return []
operation = OperationType(run_type="hello.greet", label="Greet", execute=execute, related_links=links)
{more}
plugin = Plugin(name="hello", version="1", operations=(operation,), blueprints=(pages,),
    nav=(NavItem("Hello", "hello.index"),){declared})
"""
TABLES = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from app.core import model_registry
class Base(DeclarativeBase):
    registry = model_registry()
class Greeting(Base):
    __tablename__ = "hello__greetings"
    id: Mapped[int] = mapped_column(primary_key=True)
    whom = relationship("Nobody")
"""
RAISE = 'raise LookupError("password=hunter2")'
MODELS = ', models=Base, migrations="hello.migrations"'
CORE_PAGES = (
    "/",
    "/plugins",
    "/t/fictional/",
    "/t/fictional/start",
    "/t/fictional/notifications",
    "/t/fictional/schedules",
    "/t/fictional/schedules/new",
    "/t/fictional/schedules/1",
    "/t/fictional/monitoring/operations",
    "/t/fictional/monitoring/operations/list",
    "/t/fictional/monitoring/operations/1",
    "/t/fictional/monitoring/operations/1/panel",
    "/t/fictional/inventory",
    "/t/fictional/drift",
    "/t/fictional/findings",
)


def source(more="", declared=""):
    return PLUGIN.format(more=more, declared=declared)


AT_LOAD = {
    "locate": source().replace("plugin = Plugin", "plug_in = Plugin"),
    "import": source(RAISE),
    "compatibility": source(declared=", requires_api=(9, 0)"),
    "validate": source().replace('label="Greet"', "label=None"),
    "requires": source(declared=', requires=("ground",)'),
    "models": source(TABLES, MODELS),
    "routes": source("pages.before_app_request(lambda: 1 / 0)"),
    "cli": source(declared=', cli=("hello",)'),
    "nav": source().replace('"hello.index"', '"hello.nowhere"'),
}
AT_WORK = {
    "routes": source().replace('return "hello"', RAISE),
    "nav": source(f"@pages.url_defaults\ndef fill(endpoint, values):\n    {RAISE}"),
    "links": source().replace("return []", RAISE),
    "execute": source().replace("    pass", f"    {RAISE}"),
}


@pytest.fixture
def browse(request, tmp_path):
    """Build the application with whatever is installed; answers with a browser signed in as an owner.

    There is a run, a schedule and a snapshot to look at, and a second tenant, so that home is a page.
    """

    def browser():
        request.getfixturevalue("app")
        owner, tenant = (request.getfixturevalue(name) for name in ("operator", "tenant"))
        set_membership(owner, tenant, Role.OWNER)
        set_membership(owner, create_tenant("second"), Role.READONLY)
        import_export(tenant, write_export(tmp_path / "export", {"a.json": compliance("a")}))
        create_schedule(current_catalog(), tenant, Plan("Nightly", "run.prune", {}, "0 3 * * *", "UTC"))
        return request.getfixturevalue("sign_in")(owner)

    return browser


@pytest.fixture
def run_hello(request):
    """Execute the plugin's operation to its end; answers with the run's number."""
    return lambda: run_now(request.getfixturevalue("tenant"), "hello.greet", {}).id


def assert_named(browser, stage, flask_cli):
    """Owners and administrators are told the plugin with its stage, and nothing that is a secret."""
    page = browser.get("/plugins").text
    assert re.search(rf'<th scope="row">hello</th>\s*<td>.*Failed at {stage}</span>', page)
    assert f"hello: failed at {stage}: " in flask_cli("plugins", "doctor").stdout
    assert "hunter2" not in page


def assert_core_stays(browser):
    for _ in range(2):
        found = {path: browser.get(path).status_code for path in CORE_PAGES}
        assert found == dict.fromkeys(CORE_PAGES, 200)


@pytest.mark.parametrize("stage", AT_LOAD)
def test_a_plugin_that_fails_while_it_loads_is_named_and_core_stays(install, browse, request, stage):
    install("hello", AT_LOAD[stage])

    browser = browse()

    assert_core_stays(browser)
    assert_named(browser, stage, request.getfixturevalue("flask_cli"))
    assert 'id="problem-badge"' in browser.get("/t/fictional/").text
    assert request.getfixturevalue("flask_cli")("plugins", "doctor").exit_code == 1


@pytest.mark.parametrize("stage", AT_LOAD)
def test_in_strict_mode_it_ends_the_process(install, make_app, stage):
    install("hello", AT_LOAD[stage])

    with pytest.raises(PluginError, match=f"plugin 'hello' failed at {stage}"):
        make_app(plugins_strict=True)


@pytest.mark.parametrize("stage", AT_LOAD)
@pytest.mark.parametrize("setting", [{"plugins_disabled": ("hello",)}, {"safe_mode": True}])
def test_a_plugin_that_is_kept_from_loading_cannot_fail(install, make_app, operator, tenant, stage, setting):
    install("hello", AT_LOAD[stage])
    set_membership(operator, tenant, Role.OWNER)

    browser = make_app(**setting, plugins_strict=True).test_client()
    browser.sign_in(operator)
    page = browser.get("/plugins").text

    assert "Nothing is wrong" in page
    assert ("Safe mode" in page) == ("safe_mode" in setting)
    assert ("Kept from loading by TENANTATLAS_PLUGINS_DISABLED: hello." in page) != ("safe_mode" in setting)
    for path in ("/t/fictional/", "/t/fictional/start", "/t/fictional/monitoring/operations"):
        assert browser.get(path).status_code == 200


@pytest.mark.parametrize("stage", AT_WORK)
def test_a_plugin_that_fails_at_work_is_named_and_core_stays(install, browse, run_hello, request, stage):
    install("hello", AT_WORK[stage])
    browser = browse()

    assert browser.get("/t/fictional/hello").status_code == (500 if stage == "routes" else 200)
    run_id = run_hello()

    assert_core_stays(browser)
    assert_named(browser, stage, request.getfixturevalue("flask_cli"))
    assert 'id="problem-badge"' in browser.get("/t/fictional/").text
    run = browser.get(f"/t/fictional/monitoring/operations/{run_id}")
    assert run.status_code == 200
    assert ("Links missing" in run.text) == (stage == "links")
    assert "hunter2" not in run.text
    assert request.getfixturevalue("flask_cli")("plugins", "doctor").exit_code == 0, "it works again"


def test_an_entry_that_cannot_be_made_is_left_out_alone(install, browse):
    install("hello", AT_WORK["nav"])

    page = browse().get("/t/fictional/").text

    assert ">Hello<" not in page
    assert "Drift</a>" in page


def test_an_operation_whose_start_page_cannot_be_addressed_is_left_out_alone(install, browse):
    text = AT_WORK["nav"].replace('label="Greet"', 'label="Greet", start_endpoint="hello.index"')
    install("hello", text)

    page = browse().get("/t/fictional/start")

    assert page.status_code == 200
    assert "Greet" not in page.text
    assert "Run retention" in page.text


def test_a_plugin_whose_migration_fails_is_named_and_core_stays(install_with_tables, browse, request):
    install_with_tables("hello", then=RAISE)
    browser = browse()
    flask_cli = request.getfixturevalue("flask_cli")
    assert flask_cli("db", "upgrade").exit_code == 1

    assert_core_stays(browser)
    assert_named(browser, "migrate", flask_cli)


def test_a_healthy_plugin_is_listed_and_nothing_is_wrong(install, browse, run_hello, request):
    install("hello", source())
    browser = browse()
    run_hello()

    page = browser.get("/plugins").text

    assert "Nothing is wrong" in page
    assert 'id="plugin-hello"' in page
    assert "hello.greet" in page
    assert 'id="problem-badge"' not in browser.get("/t/fictional/").text
    assert request.getfixturevalue("flask_cli")("plugins", "doctor").exit_code == 0
