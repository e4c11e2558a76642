"""A source of another plugin: read from page, command line and schedule, and what is left without it."""

import json

import pytest
from sqlalchemy import select

from app.core import current_catalog, db, queue
from app.core.errors import InvalidParametersError
from app.core.registry.extensions import InventorySource
from app.core.runs.models import BulkOperationRun
from app.core.runs.start import start_operation
from app.plugins.inventory.scope import scope_key
from app.plugins.inventory.store.snapshots import coverage_of, list_syncs, policies_at, problems_of
from tests.support.browsing import alone, location
from tests.support.snapshots import run_now

PORTAL = """
from pydantic import BaseModel, ConfigDict, Field
from app.core import InventorySource, Plugin, RunFailedError, SourceDocument, SourceProblem

class PortalOptions(BaseModel):
    model_config = ConfigDict(extra="forbid")
    site: str = Field(title="Site", description="As it is called in the portal.")
    copies: int = Field(default=1, ge=1, le=9)

def policy(name):
    return {"@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": name}

def deep():
    body = {}
    for _ in range(200):
        body = {"inner": body}
    return policy("deep") | body

def read(tenant, options):
    if options.site == "closed":
        raise RunFailedError("portal_closed", "The portal is closed until Monday.")
    if options.site == "crash":
        raise LookupError("password=hunter2")
    if options.site == "exit":
        raise SystemExit(3)
    if options.site == "empty":
        return
    for number in range(1, options.copies + 1):
        yield SourceDocument(f"{options.site}/{number}.json", policy(f"{tenant.slug} {number}"))
    if options.site == "halfway":
        raise LookupError("password=hunter2")
    if options.site == "odd":
        yield SourceDocument("odd/bytes.json", b'{"value": [{"displayName": "in a page", "ipRanges": []}]}')
        yield SourceDocument("odd/na\\x00me.json", policy("odd name"))
        yield SourceDocument("Compliance Policies/set.json", {"numbers": {1, 2}})
        yield SourceDocument("Compliance Policies/deep.json", deep())
        path, reason = "Compliance Policies/x.json", "No answer, token=abcdef123456 was sent."
        yield SourceProblem(path, "Bad Code", reason, "no type!")
    if options.site == "nonsense":
        yield {"displayName": "no document"}
    if options.site == "nowhere":
        yield SourceDocument("", policy("no path"))

portal = InventorySource(
    key="portal", label="Portal", description="Reads the portal of a site.",
    options=PortalOptions, read=read, origin=lambda options: f"site {options.site}",
)
plugin = Plugin(name="portal_plugin", version="1", inventory_sources=(portal,))
"""


@pytest.fixture(autouse=True)
def _portal(drop_in):
    drop_in("portal_plugin", PORTAL)


@pytest.fixture
def read(app, tenant):
    def read_site(site, **options):
        return run_now(tenant, "inventory.sync", {"source": "portal", "site": site, **options})

    return read_site


def test_a_sync_of_a_declared_source_is_a_snapshot_like_any_other(read, sync_of, compare, drifted):
    first, second = read("north", copies=2), read("north", copies=1)
    compare(first, second)

    sync = sync_of(first)
    assert (first.status, sync.source, sync.origin) == ("completed", "portal", "site north")
    assert [row.display_name for row in policies_at(sync)] == ["fictional 1", "fictional 2"]
    assert first.shown_inputs == {"source": "portal", "origin": "site north"}
    assert first.params == {"source": "portal", "path": None, "site": "north", "copies": 2}
    assert drifted() == {("removed", "fictional 2")}


def test_each_source_is_a_scope_of_its_own_and_that_of_files_stays(read, sync_of, take):
    portal, files = sync_of(read("north")), sync_of(take({"a.json": {"displayName": "A", "ipRanges": []}}))

    assert portal.selection_hash != files.selection_hash
    assert files.selection_hash == scope_key("files") == "41edea77f1bde4f2ef17285f56c745a8"


def test_what_a_source_says_is_read_as_carefully_as_a_file(read, sync_of):
    run = read("odd")

    sync = sync_of(run)
    told = {problem.path: (problem.reason_code, problem.reason) for problem in problems_of(sync)}
    assert run.status == "completed_with_errors"
    assert {row.display_name for row in policies_at(sync)} == {"fictional 1", "in a page", "odd name"}
    assert told["Compliance Policies/set.json"] == (
        "document_unreadable",
        "Compliance Policies/set.json is not JSON",
    )
    assert "nested too deeply" in told["Compliance Policies/deep.json"][1]
    assert told["Compliance Policies/x.json"][0] == "document_unreadable"
    assert "abcdef123456" not in told["Compliance Policies/x.json"][1]
    assert coverage_of(sync)["compliancePolicy"].state == "truncated"


@pytest.mark.parametrize("site", ["crash", "exit", "halfway", "nonsense", "nowhere"])
def test_a_source_that_dies_fails_its_run_by_name_and_ends_nothing(read, sync_of, tenant, caplog, site):
    known = read("north", copies=3)

    run = read(site)

    (entry,) = run.failures
    assert (run.status, entry["reason_code"]) == ("failed", "source_failed")
    assert "The source Portal of plugin portal_plugin failed" in entry["reason"]
    assert "hunter2" not in entry["reason"]
    assert "inventory source portal of plugin portal_plugin failed" in caplog.text
    assert sync_of(run).status == "failed"
    assert len(policies_at(sync_of(known))) == 3
    assert read("north", copies=3).summary["ended"] == 0


@pytest.mark.parametrize(
    ("site", "code", "words"),
    [
        ("closed", "portal_closed", "The portal is closed until Monday."),
        ("empty", "no_policies", "site empty contains no policies"),
    ],
)
def test_a_source_that_cannot_be_believed_says_why(read, site, code, words):
    run = read(site)

    (entry,) = run.failures
    assert (run.status, entry["reason_code"], entry["reason"]) == ("failed", code, words)


@pytest.mark.parametrize(
    ("params", "fields"),
    [
        ({"source": "portal"}, {"site"}),
        ({"source": "portal", "site": "north", "copies": 99, "extra": 1}, {"copies", "extra"}),
        ({"source": "portal", "site": "north", "path": "north.zip"}, {"path"}),
        ({"source": "moon"}, {"source"}),
        ({"source": None, "path": ""}, {"source"}),
        ({}, {"path"}),
    ],
)
def test_options_are_checked_by_the_source_field_by_field(app, tenant, params, fields):
    with pytest.raises(InvalidParametersError) as caught:
        start_operation(current_catalog(), tenant, "inventory.sync", params)

    assert set(caught.value.errors) == fields
    assert db.session.scalar(select(BulkOperationRun)) is None


def test_the_page_offers_the_source_with_the_form_of_its_options(browser, tenant, worker):
    url = f"/t/{tenant.slug}/inventory/new"
    assert f'href="{url}/portal"' in browser.get(url).text

    form = browser.get(f"{url}/portal").text
    refused = browser.submit(f"{url}/portal", {"copies": "99"})
    started = browser.submit(f"{url}/portal", {"site": "north", "copies": "2"})

    assert "As it is called in the portal." in form
    assert refused.status_code == 422
    assert "field-site-error" in refused.text
    assert "field-copies-error" in refused.text
    assert 'value="99"' in refused.text
    assert started.status_code == 302
    assert worker() == 1
    assert "site north" in browser.get(location(started)).text
    (sync,) = list_syncs(tenant)
    assert sync.policy_count == 2
    assert "Portal: all policy types" in browser.get(f"/t/{tenant.slug}/inventory").text


def test_the_pages_of_no_source_and_of_files_lead_where_they_belong(browser, tenant):
    url = f"/t/{tenant.slug}/inventory/new"

    assert browser.get(f"{url}/moon").status_code == 400
    assert browser.submit(f"{url}/moon").status_code == 400
    assert location(browser.get(f"{url}/files")) == url
    assert browser.submit(f"{url}/files", {"path": "/etc"}).status_code == 400
    assert db.session.scalar(select(BulkOperationRun)) is None


def test_the_command_line_reads_any_source(flask_cli, tenant):
    sources = json.loads(flask_cli("inventory", "sources", "--json").stdout)
    read = ("inventory", "sync", tenant.slug, "--source")

    done = flask_cli(*read, "portal", "--options", '{"site": "north"}', "--inline", "--json")
    unknown = flask_cli(*read, "moon", "--inline")
    malformed = flask_cli(*read, "portal", "--options", "north", "--inline")

    assert [(row["source"], row["plugin"], row["options"]) for row in sources] == [
        ("files", "inventory", ["path"]),
        ("portal", "portal_plugin", ["site", "copies"]),
    ]
    assert "portal_plugin" in flask_cli("inventory", "sources").stdout
    assert json.loads(done.stdout)["summary"]["policies"] == 1
    assert unknown.exit_code == malformed.exit_code == 2
    assert "no loaded plugin brings the inventory source 'moon'" in unknown.stderr
    assert "--options is not JSON" in malformed.stderr


def test_without_the_plugin_its_snapshots_are_shown_and_a_waiting_run_ends_with_the_reason(
    app, tenant, operator, read, make_app
):
    known = read("north")
    waiting = start_operation(current_catalog(), tenant, "inventory.sync", {"source": "portal", "site": "s"})
    run_id = waiting.run_id
    db.session.commit()

    without = make_app(plugins_disabled={"portal_plugin"})

    browser = without.test_client()
    browser.sign_in(operator)
    inventory = browser.get(f"/t/{tenant.slug}/inventory")
    snapshot = browser.get(f"/t/{tenant.slug}/inventory/syncs/{known.id}")
    assert inventory.status_code == snapshot.status_code == 200
    assert "portal: all policy types" in inventory.text
    assert "fictional 1" in snapshot.text
    assert browser.get(f"/t/{tenant.slug}/drift").status_code == 200
    assert browser.get(f"/t/{tenant.slug}/inventory/new/portal").status_code == 400
    assert "portal" not in without.test_cli_runner().invoke("inventory", "sources").stdout
    assert list(iter(lambda: alone(queue.run_one, without), False))
    ended = browser.get(f"/t/{tenant.slug}/monitoring/operations/{run_id}").text
    assert "invalid_parameters" in ended
    assert "no loaded plugin brings the inventory source" in ended


def test_the_source_of_the_product_is_declared_like_any_other(app):
    found = current_catalog().declared(InventorySource)

    assert [(key, one.plugin) for key, one in found.items()] == [
        ("files", "inventory"),
        ("portal", "portal_plugin"),
    ]
