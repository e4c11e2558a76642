"""Drift and findings in a browser: starting, filtering, and what other tenants do not see."""

import pytest

from app.core import Role
from tests.support.browsing import location
from tests.support.snapshots import compliance

BUTTON = "Start drift generation"
HUGE = 10**30


@pytest.fixture
def reader(sign_in, make_user, tenant):
    return sign_in(make_user(tenant=tenant, role=Role.READONLY))


def started(browser, tenant, baseline, current):
    return browser.submit(f"/t/{tenant.slug}/drift", {"baseline_run_id": baseline, "current_run_id": current})


def test_without_two_syncs_there_is_nothing_to_start_and_the_page_says_so(browser, tenant, take):
    none = browser.get(f"/t/{tenant.slug}/drift")
    take({"a.json": compliance("A")})
    one = browser.get(f"/t/{tenant.slug}/drift")

    for answer in (none, one):
        assert answer.status_code == 200
        assert BUTTON not in answer.text
        assert "two finished syncs" in answer.text
    assert "No finished sync yet" in none.text
    assert "One finished sync so far" in one.text


def test_the_two_latest_syncs_are_chosen_beforehand_and_partial_ones_are_marked(
    browser, tenant, take, two_syncs
):
    take({"a.json": compliance("A"), "b.json": b"{broken"})

    page = browser.get(f"/t/{tenant.slug}/drift").text

    first, second = two_syncs
    assert f'<option value="{first.id}" selected>' in page
    assert f'<option value="{second.id}" selected>' in page
    assert page.count("(partial)") == 2
    assert BUTTON in page


def test_a_start_is_queued_links_to_its_run_and_ends_with_findings(
    browser, tenant, two_syncs, worker, findings
):
    first, second = two_syncs

    answer = started(browser, tenant, first.id, second.id)
    landing = browser.get(location(answer))

    assert answer.status_code == 302
    assert "queued" in landing.text
    assert "View run" in landing.text
    worker()
    (finding,) = findings()
    run_url = f"/t/{tenant.slug}/monitoring/operations/{finding.operation_run_id}"
    assert f'href="{run_url}"' in landing.text
    assert "Drift findings" in browser.get(run_url).text
    listed = browser.get(f"/t/{tenant.slug}/findings?run={finding.operation_run_id}").text
    assert f"/t/{tenant.slug}/findings/{finding.id}" in listed


def test_a_second_start_of_the_same_comparison_says_that_it_is_running(
    browser, tenant, two_syncs, worker, findings
):
    first, second = two_syncs

    once = started(browser, tenant, first.id, second.id)
    twice = started(browser, tenant, first.id, second.id)

    assert "already running" in browser.get(location(twice)).text
    assert "already running" not in browser.get(location(once)).text
    worker()
    assert len(findings()) == 1


def test_a_readonly_member_sees_findings_and_starts_nothing(reader, tenant, two_syncs, compare, findings):
    compare(*two_syncs)
    (finding,) = findings()

    landing = reader.get(f"/t/{tenant.slug}/drift")
    refused = started(reader, tenant, *(run.id for run in two_syncs))

    assert landing.status_code == 200
    assert BUTTON not in landing.text
    assert refused.status_code == 403
    assert reader.get(f"/t/{tenant.slug}/findings").status_code == 200
    assert "B" in reader.get(f"/t/{tenant.slug}/findings/{finding.id}").text


@pytest.mark.parametrize("current", ["", "abc", "0", "-3", str(HUGE), "999"])
def test_a_start_that_names_no_sync_is_refused_and_says_why(browser, tenant, two_syncs, current):
    answer = started(browser, tenant, two_syncs[0].id, current)

    assert answer.status_code == 422
    assert "current_run_id: " in answer.text or f"no inventory sync {current}" in answer.text


def test_a_start_with_a_sync_of_another_tenant_says_no_more_than_for_a_missing_one(
    browser, tenant, take, make_tenant, two_syncs
):
    theirs = take({"x.json": compliance("X")}, of=make_tenant())

    answer = started(browser, tenant, two_syncs[0].id, theirs.id)

    assert answer.status_code == 422
    assert f"has no inventory sync {theirs.id}" in answer.text


@pytest.mark.parametrize("path", [f"findings?run={HUGE}", f"drift?run={HUGE}", "drift?run=abc&state=active"])
def test_a_number_too_large_for_any_run_shows_nothing_and_breaks_nothing(browser, tenant, path):
    assert browser.get(f"/t/{tenant.slug}/{path}").status_code == 200


def test_an_unknown_scope_is_refused_and_named(browser, tenant):
    answer = browser.get(f"/t/{tenant.slug}/drift?scope=imaginary")

    assert answer.status_code == 400
    assert "imaginary" in answer.text


def test_a_stranger_sees_neither_landing_nor_findings(sign_in, make_user, make_tenant, tenant):
    stranger = sign_in(make_user(tenant=make_tenant()))

    for path in ("drift", "findings"):
        assert stranger.get(f"/t/{tenant.slug}/{path}").status_code == 403
