"""The page Plugins: for owners, and about what is theirs."""

import pytest

from app.core.errors import PluginError
from app.core.registry.catalog import current_catalog
from app.core.runs.status import RunStatus
from app.core.users import Role, set_membership
from tests.support.browsing import location
from tests.support.databases import on_both_databases
from tests.support.registered import register
from tests.support.snapshots import run_now

BADGE = 'id="problem-badge"'


@pytest.fixture
def owner(make_user, tenant):
    return make_user(tenant=tenant, role=Role.OWNER)


@pytest.fixture
def failing(offer):
    """A plugin whose operation always meets what nobody foresaw."""

    def execute(_run):
        raise LookupError("password=hunter2")

    return offer(execute, plugin="hello", run_type="hello.greet")


def break_one():
    current_catalog().refuse(PluginError("broken", "import", "LookupError: gone"))


@pytest.mark.parametrize("role", [Role.READONLY, Role.OPERATOR, Role.MANAGER])
def test_who_owns_no_tenant_neither_sees_the_page_nor_hears_of_it(sign_in, make_user, tenant, role):
    break_one()
    browser = sign_in(make_user(tenant=tenant, role=role))

    assert browser.get("/plugins").status_code == 403
    home = browser.get("/t/fictional/").text
    assert BADGE not in home
    assert 'href="/plugins"' not in home


def test_somebody_without_a_tenant_is_told_nothing(sign_in, make_user):
    browser = sign_in(make_user())

    assert browser.get("/plugins").status_code == 403
    assert BADGE not in browser.get("/").text


def test_a_stranger_is_asked_to_sign_in(client):
    assert location(client.get("/plugins")).startswith("/sign-in")


def test_an_owner_finds_the_page_in_the_menu_and_no_badge_while_all_is_well(sign_in, owner):
    browser = sign_in(owner)

    home = browser.get("/t/fictional/").text
    page = browser.get("/plugins").text

    assert 'href="/plugins"' in home
    assert BADGE not in home
    assert "Nothing is wrong" in page
    assert page.count("Tables current") == 3
    assert "no tables" in page


def test_the_badge_counts_what_the_page_lists(sign_in, owner):
    break_one()
    current_catalog().refuse(PluginError("broken_too", "nav", "no address"))
    browser = sign_in(owner)

    badge = browser.get("/t/fictional/monitoring/operations").text.partition(BADGE)[2].partition("</a>")[0]
    page = browser.get("/plugins").text

    assert ">2<" in badge
    assert "LookupError: gone" in page
    assert "see the log; a library may be missing" in page
    assert BADGE in page


@on_both_databases
def test_unforeseen_errors_of_runs_are_told_with_the_newest_run(sign_in, owner, tenant, failing):
    run_now(tenant, "hello.greet", {})
    newest = run_now(tenant, "hello.greet", {})
    assert newest.failure_totals == {"unexpected_error": 1}

    page = sign_in(owner).get("/plugins").text

    assert "Failed at execute" in page
    assert "2 runs with an error that nobody foresaw in 7 days" in page
    assert f'href="/t/fictional/monitoring/operations/{newest.id}"' in page
    assert "hunter2" not in page


@on_both_databases
def test_runs_of_a_tenant_that_is_not_the_viewers_own_are_not_told(
    sign_in, owner, make_tenant, failing, flask_cli
):
    other, seen = make_tenant("other", "Other Ltd"), make_tenant("seen", "Seen Ltd")
    set_membership(owner, seen, Role.MANAGER)
    for tenant in (other, seen):
        run_now(tenant, "hello.greet", {})

    page = sign_in(owner).get("/plugins").text

    assert "Nothing is wrong" in page
    assert "execute" not in page
    assert flask_cli("plugins", "doctor").stdout.count("hello: failed at execute: 1 run with") == 2


def test_a_foreseen_failure_is_nobodys_fault(sign_in, owner, make_run, offer):
    offer(lambda _run: None, plugin="probe")
    make_run(RunStatus.COMPLETED, succeeded=1, failed=3, user=owner)

    assert "Nothing is wrong" in sign_in(owner).get("/plugins").text


def test_of_a_plugin_that_is_gone_nothing_is_wrong_any_more(sign_in, owner, make_run):
    make_run(RunStatus.FAILED, reports=[("unexpected_error", "Unexpected error.")], plugin="gone", user=owner)

    assert "Nothing is wrong" in sign_in(owner).get("/plugins").text


def test_without_a_worker_the_page_says_so(sign_in, owner):
    register(lives=False)

    assert "No worker is alive" in sign_in(owner).get("/plugins").text


def test_workers_that_loaded_something_else_are_named_with_what_differs(sign_in, owner):
    loaded = {name: plugin.version for name, plugin in current_catalog().plugins.items()}
    types = sorted(current_catalog().operations)
    register("harbour:1:aa", plugins=loaded, run_types=types)
    register("quay:2:bb", plugins=loaded | {"drift": "0.9.0", "extra": "1"}, run_types=types)
    older = {name: version for name, version in loaded.items() if name not in {"drift", "retention"}}
    register("pier:3:cc", version="0.0.9", plugins=older, run_types=["inventory.sync"])
    register("gone:4:dd", lives=False, plugins={})

    page = sign_in(owner).get("/plugins").text

    assert "harbour:1:aa" not in page
    assert "gone:4:dd" not in page
    assert "extra is loaded there alone; drift is 0.9.0 there, 1.0.0 here" in page
    assert "it is TenantAtlas 0.0.9; drift is missing there" in page
    assert "No living worker can run" not in page


def test_run_types_that_no_living_worker_can_execute_are_named(sign_in, owner, flask_cli):
    loaded = {name: plugin.version for name, plugin in current_catalog().plugins.items()}
    register(plugins=loaded, run_types=sorted(set(current_catalog().operations) - {"drift.generate"}))

    assert "No living worker can run drift.generate:" in sign_in(owner).get("/plugins").text
    told = flask_cli("plugins", "doctor")
    assert "no living worker can run drift.generate" in told.stdout
    assert told.exit_code == 0, "the plugins of this process work"


def test_workers_like_this_process_are_said_to_be(sign_in, owner):
    loaded = {name: plugin.version for name, plugin in current_catalog().plugins.items()}
    register(plugins=loaded, run_types=sorted(current_catalog().operations))

    page = sign_in(owner).get("/plugins").text

    assert "Every living worker has loaded what these pages have loaded." in page
    assert "No living worker" not in page
