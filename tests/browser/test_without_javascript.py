"""Everything works without scripts; only nothing moves by itself."""

import re

from playwright.sync_api import expect

from app.core.runs.status import RunStatus
from tests.browser.operations import take_snapshots
from tests.browser.signing_in import sign_in


def test_signing_in_starting_and_reading_work_without_javascript(browse, site, make_tenant, member):
    tenant = make_tenant()
    email = member(tenant)
    page = browse(java_script_enabled=False)
    gate = site.settings.data_dir / f"gate-{tenant.slug}"
    page.goto(f"/t/{tenant.slug}/start")
    sign_in(page, email)

    page.get_by_role("link", name="Greet people").click()
    page.get_by_label("People").fill("Ada\nGrace")
    page.get_by_label("Until").fill(str(gate))
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1, name="Greet people")).to_be_visible()
    expect(page.get_by_text(re.compile("^(Queued|Running)$")).first).to_be_visible()

    gate.touch()
    for _ in range(50):
        page.reload()
        if page.get_by_text("2 of 2 succeeded").count():
            break
    expect(page.get_by_text("2 of 2 succeeded")).to_be_visible()


def test_list_and_filters_work_without_javascript(browse, make_tenant, member, make_run):
    tenant = make_tenant()
    page = browse(member(tenant), java_script_enabled=False)
    make_run(RunStatus.FAILED, tenant=tenant, label="Call the ferry")
    make_run(
        RunStatus.COMPLETED, tenant=tenant, label="Count the barrels", succeeded=1, run_type="probe.count"
    )
    page.goto(f"/t/{tenant.slug}/monitoring/operations")
    rows = page.get_by_role("row")
    expect(rows).to_have_count(3)

    page.get_by_role("link", name="Failed 1").click()
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("Call the ferry")

    page.get_by_role("link", name="Clear").click()
    page.get_by_label("Type").select_option("probe.count")
    page.get_by_role("button", name="Filter").click()
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("Count the barrels")
    assert "type=probe.count" in page.url

    page.get_by_role("link", name="Clear").click()
    page.get_by_label("Search").fill("FERRY")
    page.get_by_role("button", name="Filter").click()
    expect(rows).to_have_count(2)
    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name").fill("Ferries")
    page.get_by_role("button", name="Save").click()
    expect(rows.last).to_contain_text("Call the ferry")
    page.get_by_role("link", name="Clear").click()
    page.get_by_role("link", name="Ferries").click()
    expect(rows).to_have_count(2)
    expect(page.get_by_role("button", name="Keys")).to_have_count(0)


def test_a_failed_item_is_found_and_taken_away_as_a_file_without_javascript(
    browse, make_tenant, member, make_run
):
    tenant = make_tenant()
    run = make_run(RunStatus.COMPLETED, tenant=tenant, succeeded=60, failed=2)
    page = browse(member(tenant), java_script_enabled=False)
    page.goto(f"/t/{tenant.slug}/monitoring/operations/{run.id}")
    rows = page.locator("#items-table tbody tr")
    expect(rows).to_have_count(50)
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()

    page.get_by_role("link", name="Next").click()
    expect(rows).to_have_count(12)
    page.get_by_role("link", name="Show 2 items").click()
    expect(rows).to_have_count(2)
    page.get_by_label("Item or reason contains").fill("item-62")
    page.get_by_role("button", name="Filter").click()
    expect(rows).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()

    assert download.value.suggested_filename == f"run-{run.id}-failed-not_found-filtered.csv"
    assert download.value.path().read_text().splitlines()[1:] == ["item-62,failed,not_found,It is not there."]


def test_drift_is_started_and_reviewed_without_javascript(browse, make_tenant, member):
    tenant = make_tenant()
    take_snapshots(tenant)
    page = browse(member(tenant), java_script_enabled=False)

    page.goto(f"/t/{tenant.slug}/drift")
    page.get_by_role("button", name="Start drift generation").click()
    page.get_by_role("main").get_by_role("link", name="View run").click()
    links = page.get_by_role("link", name="Drift findings")
    for _ in range(50):
        if links.count():
            break
        page.reload()
    links.click()
    page.get_by_role("main").get_by_role("row").nth(1).get_by_role("link").click()

    expect(page.get_by_role("heading", name="What changed")).to_be_visible()
