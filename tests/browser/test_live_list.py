"""The list of operations while something in it is active."""

import pytest
from playwright.sync_api import expect

from app.core.runs import lifecycle
from app.core.runs.status import RunStatus
from tests.support.records import LEASE_SECONDS, lease_of, tally

QUIET = 6_000  # ms without a request after the end


@pytest.fixture
def shown(browse, make_tenant, member, make_run):
    """An open list with one queued run: (page, run, its row)."""
    tenant = make_tenant()
    run = make_run(tenant=tenant, label="Count the barrels", items=["item-1", "item-2"])
    page = browse(member(tenant))
    page.goto(f"/t/{tenant.slug}/monitoring/operations")
    return page, run, page.get_by_role("row").filter(has_text=f"Run {run.id},")


def test_a_row_follows_its_run_without_reloading_and_then_falls_silent(shown, witness):
    page, run, row = shown
    expect(row).to_contain_text("Queued")
    witness.forget()

    lease = lifecycle.claim(run.id, "worker-1", LEASE_SECONDS)
    expect(row).to_contain_text("Running")
    lifecycle.record_progress(lease, tally(succeeded=["item-1"]))
    expect(row).to_contain_text("1 of 2")
    lifecycle.finish(lease, RunStatus.COMPLETED, tally(failed=["item-2"]))
    expect(row).to_contain_text("Partially succeeded")
    expect(row).to_contain_text("1 failed")
    assert witness.loads == 0

    witness.forget()
    page.wait_for_timeout(QUIET)
    assert witness.polls() == []


def test_the_chips_count_anew_with_every_answer(shown):
    page, run, _row = shown
    expect(page.get_by_role("link", name="Queued 1")).to_be_visible()

    lifecycle.claim(run.id, "worker-1", LEASE_SECONDS)

    expect(page.get_by_role("link", name="Running 1")).to_be_visible()
    expect(page.get_by_role("link", name="Queued 0")).to_be_visible()


def test_a_change_of_bucket_is_announced_once_and_progress_is_not(shown, fresh):
    page, run, row = shown
    announcer = page.locator("#announcer")
    assert announcer.get_attribute("role") == "status"

    lease = lifecycle.claim(run.id, "worker-1", LEASE_SECONDS)
    expect(announcer).to_have_text(f"Count the barrels, run {run.id}: running")
    announcer.evaluate("said => said.replaceChildren()")
    lifecycle.record_progress(lease, tally(succeeded=["item-1"]))
    expect(row).to_contain_text("1 of 2")
    assert announcer.text_content() == ""

    lifecycle.finish(lease_of(fresh(run)), RunStatus.COMPLETED, tally(succeeded=["item-2"]))
    expect(announcer).to_have_text(f"Count the barrels, run {run.id}: succeeded")


def test_the_filter_in_the_address_holds_for_what_is_fetched_again(shown, make_run, witness):
    page, run, row = shown
    page.get_by_role("link", name="Queued 1").click()
    page.wait_for_url("**bucket=queued**")
    expect(row).to_contain_text("Queued")

    lifecycle.claim(run.id, "worker-1", LEASE_SECONDS)

    expect(page.get_by_text("No runs match these filters")).to_be_visible()
    assert any(path.endswith("/operations/list") for path in witness.polls())
