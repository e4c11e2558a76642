"""The bell, and what makes it fall silent."""

from playwright.sync_api import expect

from app.core.runs import lifecycle
from app.core.runs.status import RunStatus
from app.core.users import find_user
from tests.support.records import LEASE_SECONDS, tally


def bell(page, unread):
    """The link that bears the number; none when everything is read."""
    name = f"Notifications {unread} unread" if unread else "Notifications"
    return page.get_by_role("link", name=name, exact=True)


def test_opening_a_run_marks_what_was_told_of_it_read_and_nothing_else(browse, make_tenant, member, make_run):
    tenant = make_tenant()
    email = member(tenant)
    run, other = (make_run(tenant=tenant, user=find_user(email), label=name) for name in ("Count", "Sweep"))
    page = browse(email)
    page.goto(f"/t/{tenant.slug}/notifications")
    expect(bell(page, 2)).to_be_visible()

    page.get_by_role("link", name=f"View run {run.id}").click()

    expect(bell(page, 1)).to_be_visible()
    page.goto(f"/t/{tenant.slug}/notifications")
    for title, is_unread in (("Count", False), ("Sweep", True)):
        note = page.get_by_role("main").get_by_role("listitem").filter(has_text=title)
        expect(note.get_by_text("unread", exact=True)).to_have_count(int(is_unread))
    assert other.id != run.id


def test_a_run_that_ends_before_the_viewers_eyes_is_read_already(browse, make_tenant, member, make_run):
    tenant = make_tenant()
    email = member(tenant)
    run = make_run(tenant=tenant, user=find_user(email))
    page = browse(email)
    page.goto(f"/t/{tenant.slug}/monitoring/operations/{run.id}")
    expect(bell(page, 0)).to_be_visible()

    lease = lifecycle.claim(run.id, "worker-1", LEASE_SECONDS)
    with page.expect_response(lambda answer: f"/notifications/read/{run.id}" in answer.url):
        lifecycle.finish(lease, RunStatus.FAILED, tally())

    page.goto(f"/t/{tenant.slug}/notifications")
    expect(page.get_by_role("main").get_by_text("Failed", exact=True)).to_be_visible()
    expect(bell(page, 0)).to_be_visible()


def test_all_are_marked_read_with_one_click(browse, make_tenant, member, make_run):
    tenant = make_tenant()
    email = member(tenant)
    for name in ("Count", "Sweep"):
        make_run(tenant=tenant, user=find_user(email), label=name)
    page = browse(email)
    page.goto(f"/t/{tenant.slug}/notifications")

    page.get_by_role("button", name="Mark all read").click()

    expect(bell(page, 0)).to_be_visible()
    expect(page.get_by_role("button", name="Mark all read")).to_have_count(0)
