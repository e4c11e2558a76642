"""The list of operations while something in it is active."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from app.core.runs import lifecycle
from app.core.runs.status import RunStatus
from app.core.tenants import tenant_by_id
from tests.browser.asking import VISIBILITY, ask_for_news
from tests.support.records import LEASE_SECONDS, lease_of, tally


@pytest.fixture
def shown(browse, make_tenant, member, make_run):
    """An open list with one queued run: (page, run, its row)."""
    tenant = make_tenant()
    run = make_run(tenant=tenant, label="Count the barrels", items=["item-1", "item-2"])
    page = browse(member(tenant))
    page.goto(f"/t/{tenant.slug}/monitoring/operations")
    return page, run, page.get_by_role("row").filter(has_text=f"Run {run.id},")


def test_a_row_follows_its_run_without_reloading(shown, witness):
    page, run, row = shown
    expect(row).to_contain_text("Queued")
    witness.forget()

    lease = lifecycle.claim(run.id, "worker-1", LEASE_SECONDS)
    expect(row).to_contain_text("Running")
    lifecycle.record_progress(lease, tally(succeeded=["item-1"]))
    assert ask_for_news(page) == [200]
    expect(row).to_contain_text("1 of 2")
    lifecycle.finish(lease, RunStatus.COMPLETED, tally(failed=["item-2"]))
    expect(row).to_contain_text("Partially succeeded")
    expect(row).to_contain_text("1 failed")
    assert witness.loads == 0


def test_the_chips_count_anew_with_every_answer_and_two_tabs_agree(shown):
    page, run, _row = shown
    expect(page.get_by_role("link", name="Queued 1")).to_be_visible()
    other = page.context.new_page()
    other.goto(page.url)

    lifecycle.claim(run.id, "worker-1", LEASE_SECONDS)

    for tab in (page, other):
        expect(tab.get_by_role("link", name="Running 1")).to_be_visible()
        expect(tab.get_by_role("link", name="Queued 0")).to_be_visible()
    assert page.get_by_role("table").inner_text() == other.get_by_role("table").inner_text()


def test_a_change_of_bucket_is_announced_once_and_progress_is_not(shown, fresh):
    page, run, row = shown
    announcer = page.locator("#announcer")
    assert announcer.get_attribute("role") == "status"

    lease = lifecycle.claim(run.id, "worker-1", LEASE_SECONDS)
    ask_for_news(page)
    expect(announcer).to_have_text(f"Count the barrels, run {run.id}: running")
    announcer.evaluate("said => said.replaceChildren()")
    lifecycle.record_progress(lease, tally(succeeded=["item-1"]))
    ask_for_news(page)
    expect(row).to_contain_text("1 of 2")
    assert announcer.text_content() == ""

    lifecycle.finish(lease_of(fresh(run)), RunStatus.COMPLETED, tally(succeeded=["item-2"]))
    ask_for_news(page)
    expect(announcer).to_have_text(f"Count the barrels, run {run.id}: succeeded")


def test_the_filter_in_the_address_holds_for_what_is_fetched_again(shown, make_run, witness):
    page, run, row = shown
    page.get_by_role("link", name="Queued 1").click()
    page.wait_for_url("**bucket=queued**")
    expect(row).to_contain_text("Queued")

    lifecycle.claim(run.id, "worker-1", LEASE_SECONDS)

    expect(page.get_by_text("No runs match these filters")).to_be_visible()
    assert any(path.endswith("/operations/list") for path in witness.polls())


def test_new_runs_announce_themselves_and_move_no_row(shown, make_run, site):
    page, run, row = shown
    tenant = tenant_by_id(run.tenant_id)
    place = row.bounding_box()
    assert ask_for_news(page) == [304]

    for _ in range(3):
        make_run(tenant=tenant, label="Sweep the quay")
    assert ask_for_news(page) == [200]

    news = page.get_by_role("link", name="+3 new - show")
    expect(news).to_be_visible()
    assert row.bounding_box() == place
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("link", name="Queued 4")).to_be_visible()

    news.click()
    expect(page.get_by_role("row")).to_have_count(5)
    expect(page.get_by_role("row").nth(1)).to_contain_text("Sweep the quay")
    expect(news).to_have_count(0)


def test_filters_outlive_reloading_going_back_and_going_on(shown):
    page, run, _row = shown
    search = page.get_by_label("Search")
    search.fill("barrels")
    page.get_by_label("Initiator").select_option("system")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**q=barrels**initiator=system**")
    page.reload()
    expect(search).to_have_value("barrels")

    page.get_by_role("link", name="Count the barrels").click()
    page.wait_for_url(f"**/operations/{run.id}")
    page.go_back()
    expect(search).to_have_value("barrels")
    expect(page.get_by_label("Initiator")).to_have_value("system")
    page.go_back()
    expect(search).to_have_value("")
    page.go_forward()
    expect(search).to_have_value("barrels")
    expect(page.get_by_role("row")).to_have_count(2)


def test_a_list_asks_so_long_after_the_last_answer_more_rarely_in_trouble_and_never_unseen(
    browse, make_tenant, member, make_run, witness
):
    tenant = make_tenant()
    run = make_run(RunStatus.RUNNING, tenant=tenant)
    page = browse(member(tenant))
    questions = stand_still(page, f"/t/{tenant.slug}/monitoring/operations")

    assert questions(1_700) == 0
    assert questions(550) == 1, "after two seconds, give or take a tenth"
    witness.expect("Failed to load resource")
    witness.expect("htmx")
    page.route("**/operations/list*", lambda route: route.fulfill(status=503, body="busy"))
    assert questions(2_250) == 1
    expect(page.get_by_text("trouble answering")).to_be_visible()
    assert questions(2_950) == 0, "twice as long after the first failure"
    assert questions(1_500) == 1
    page.unroute("**/operations/list*")
    lifecycle.finish(lease_of(run), RunStatus.COMPLETED, tally())
    assert questions(8_850) == 1, "and twice as long again after the second"
    expect(page.get_by_text("trouble answering")).to_have_count(0)
    assert questions(5_800) == 0, "a list at rest asks every ten seconds"
    assert questions(5_200) == 1

    page.evaluate(VISIBILITY, "hidden")
    assert questions(60_000) == 0
    page.evaluate(VISIBILITY, "visible")
    assert page.evaluate("allAnswered()") == 6, "at once"


COUNT_QUESTIONS = """
window.asked = window.answered = 0;
const isList = ({detail: {ctx}}) => ctx.sourceElement.id === "operations";
document.addEventListener("htmx:before:request", (event) => { window.asked += isList(event); });
document.addEventListener("htmx:finally:request", (event) => { window.answered += isList(event); });
window.allAnswered = async () => {
  while (asked !== answered) {
    await new Promise((heard) => document.addEventListener("htmx:finally:request", heard, {once: true}));
  }
  return answered;
};
"""


def stand_still(page, path):
    """Open a page whose clock stands; gives what moves it: `questions(milliseconds)` were asked meanwhile."""
    now = datetime.now(UTC)
    page.clock.install(time=now)
    page.clock.pause_at(now + timedelta(seconds=1))
    page.add_init_script(COUNT_QUESTIONS)
    page.goto(path)

    def questions(milliseconds):
        before = page.evaluate("allAnswered()")
        page.clock.run_for(milliseconds)
        return page.evaluate("allAnswered()") - before

    return questions
