"""Findings over time."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core import Role, clock, db
from app.plugins.drift.findings import FindingFilter, list_findings
from app.plugins.drift.trend import finding_trend
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance

EVENING = timedelta(hours=23, minutes=30)


def midnight(days_ago):
    return datetime.combine(clock.now().date(), datetime.min.time(), UTC) - timedelta(days=days_ago)


@pytest.fixture
def aged(tenant, take, compare):
    """Five findings of high severity with a history: `(seen first, closed)` in days ago."""
    lives = [(40, None), (40, 35), (10, None), (10, 4), (0, None)]

    def files(changed):
        return {f"{n}.json": compliance(f"P{n}", passcodeRequired=changed) for n in range(len(lives))}

    compare(take(files(changed=False)), take(files(changed=True)))
    for finding, (came, went) in zip(list_findings(tenant, FindingFilter()), lives, strict=True):
        finding.created_at = midnight(came) + EVENING
        finding.resolved_at = midnight(went) + EVENING if went is not None else None
    db.session.commit()


def totals(bars):
    return [day.total for day in bars.days]


@on_both_databases
def test_what_came_went_and_was_open_adds_up_from_day_to_day(tenant, aged):
    trend = finding_trend(tenant, None, 30)

    assert [place for place, count in enumerate(reversed(totals(trend.opened))) if count] == [0, 10]
    assert [place for place, count in enumerate(reversed(totals(trend.resolved))) if count] == [4]
    standing = totals(trend.standing)
    assert (standing[0], standing[-11], standing[-5], standing[-1]) == (1, 3, 2, 3)
    assert trend.standing.days[-1].counts["high"] == 3
    assert "3 findings are open: 3 high. In 30 days 3 came and 1 went." in trend.sentence


@on_both_databases
def test_a_longer_time_begins_with_what_was_open_before_it(tenant, aged):
    trend = finding_trend(tenant, None, 38)

    assert totals(trend.standing)[:4] == [2, 2, 1, 1]


def test_another_scope_has_a_trend_of_its_own(tenant, aged, sync_of):
    (finding, *_) = list_findings(tenant, FindingFilter())

    assert finding_trend(tenant, finding.scope_key, 30).standing.total > 0
    assert finding_trend(tenant, "f" * 32, 30).standing.total == 0


def test_a_reader_sees_the_drawing_and_its_numbers(sign_in, make_user, tenant, aged):
    reader = sign_in(make_user(tenant=tenant, role=Role.READONLY))

    page = reader.get(f"/t/{tenant.slug}/findings/trend?days=90").text

    assert "<svg" in page
    assert "5 came and 2 went" in page
    assert str(midnight(40).date()) in page


def test_without_findings_the_page_says_so(browser, tenant):
    assert "No findings in this time" in browser.get(f"/t/{tenant.slug}/findings/trend").text


@pytest.mark.parametrize("query", ["days=7", "days=x", "scope=imaginary"])
def test_what_has_no_meaning_is_refused(browser, tenant, query):
    assert browser.get(f"/t/{tenant.slug}/findings/trend?{query}").status_code == 400
