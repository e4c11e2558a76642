"""Acknowledging in a browser: one finding, its paths, chosen ones, all that match; and who may not."""

import re

import pytest
from sqlalchemy import select

from app.core import Role, db
from app.core.audit import AuditLog
from app.core.runs.models import BulkOperationRun
from app.plugins.drift.models import FindingAcknowledgement
from tests.support.browsing import location
from tests.support.snapshots import compliance

ROOT = "/t/fictional/findings"
FIELDS = {"passcodeMinimumLength": 4, "passcodeRequired": True}
CHANGED = {"passcodeMinimumLength": 6, "passcodeRequired": False}


@pytest.fixture
def found(take, compare, findings):
    """Two findings: `A` has two changed paths, `B` was removed."""
    compare(
        take({"a.json": compliance("A", **FIELDS), "b.json": compliance("B")}),
        take({"a.json": compliance("A", **CHANGED)}),
    )
    return {finding.display_name: finding for finding in findings()}


@pytest.fixture
def reader(sign_in, make_user, tenant):
    return sign_in(make_user(tenant=tenant, role=Role.READONLY))


def given():
    rows = db.session.scalars(select(FindingAcknowledgement)).all()
    db.session.commit()
    return rows


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def test_a_finding_is_acknowledged_and_taken_back(browser, found, only, operator):
    url = f"{ROOT}/{found['B'].id}"

    answer = browser.submit(f"{url}/acknowledge", {"revision": 1, "reason": "Retired", "which": "whole"})

    assert location(answer) == url
    page = browser.get(url).text
    assert "Retired" in page
    assert operator.email in page
    assert "until it changes" in page
    assert only("B").status == "acknowledged"

    browser.submit(f"{url}/unacknowledge", {})
    assert only("B").status == "new"
    assert "Withdrawn" in browser.get(url).text


def test_one_path_is_acknowledged_and_the_finding_stays_new_for_the_other(browser, found, only):
    url = f"{ROOT}/{found['A'].id}"
    form = {"revision": 1, "reason": "Agreed", "which": "paths", "path": "/passcodeRequired"}

    browser.submit(f"{url}/acknowledge", form)

    assert only("A").status == "new"
    page = browser.get(url).text
    assert "<code>/passcodeRequired</code>: Agreed" in page
    assert "only /passcodeRequired" in page
    browser.submit(f"{url}/acknowledge", {**form, "path": "/passcodeMinimumLength"})
    assert only("A").status == "acknowledged"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"reason": " "}, "reason: say why this is accepted"),
        ({"until": "2020-01-01"}, "until: 2020-01-01 is not in the future"),
        ({"until": "soon"}, "until: &#39;soon&#39; is no date"),
        ({"revision": "7"}, "It changed since it was looked at"),
        ({"revision": "x"}, "revision: &#39;x&#39; is no number"),
        ({"which": "paths"}, "path: choose at least one"),
        ({"which": "paths", "path": "/x"}, "path: &#39;/x&#39; is none of this finding"),
    ],
)
def test_what_makes_no_sense_is_named_and_nothing_is_changed(browser, found, form, said):
    url = f"{ROOT}/{found['A'].id}/acknowledge"

    answer = browser.submit(url, {"revision": 1, "reason": "Agreed", "which": "whole", **form})

    assert answer.status_code == 422
    assert said in answer.text
    assert given() == []


def test_chosen_findings_are_acknowledged_by_a_run(browser, found, worker, only):
    page = browser.get(ROOT).text
    assert f'value="{found["A"].id}:1"' in page

    answer = browser.submit(
        f"{ROOT}/acknowledge", {"chosen": f"{found['A'].id}:1", "reason": "Agreed", "which": "selected"}
    )
    landing = browser.get(location(answer)).text
    worker()

    assert "Acknowledge findings: queued for 1 finding." in landing
    assert (only("A").status, only("B").status) == ("acknowledged", "new")


def test_all_that_match_a_filter_are_acknowledged(browser, found, worker, only):
    page = browser.get(f"{ROOT}?change=removed").text
    assert "Acknowledge all 1 new matching" in page

    form = {"choice": hidden(page, "choice"), "change": "removed", "reason": "Retired", "which": "all"}
    browser.submit(f"{ROOT}/acknowledge", form)
    worker()

    assert (only("A").status, only("B").status) == ("new", "acknowledged")
    run = db.session.scalars(select(BulkOperationRun).where(BulkOperationRun.resource == "finding")).one()
    assert run.related_links == [{"label": "Findings", "url": f"{ROOT}?change=removed"}]


def test_all_that_match_are_those_that_were_seen_or_nothing_happens(browser, found, take, compare, only):
    page = browser.get(ROOT).text
    compare(
        take({"a.json": compliance("A", **FIELDS)}),
        take({"a.json": compliance("A", passcodeMinimumLength=9)}),
    )

    answer = browser.submit(
        f"{ROOT}/acknowledge", {"choice": hidden(page, "choice"), "reason": "Agreed", "which": "all"}
    )

    assert answer.status_code == 422
    assert "what matches these filters has changed: 2 do now" in answer.text
    assert only("A").status == "new"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "chosen: choose at least one"),
        ({"chosen": "x"}, "chosen: &#39;x&#39; is no number and revision"),
        ({"chosen": "1:1", "reason": ""}, "reason: say why"),
        ({"chosen": "1:1", "until": "2020-01-01"}, "until: 2020-01-01"),
        ({"which": "all", "choice": "x"}, "has changed"),
    ],
)
def test_a_choice_that_makes_no_sense_starts_nothing(browser, found, form, said):
    answer = browser.submit(f"{ROOT}/acknowledge", {"reason": "Agreed", "which": "selected", **form})

    assert answer.status_code == 422
    assert said in answer.text
    assert (
        db.session.scalars(select(BulkOperationRun).where(BulkOperationRun.resource == "finding")).all() == []
    )


def test_the_list_is_narrowed_by_where_findings_stand(browser, found, accept, take, compare):
    accept(found["B"])

    def names(status):
        page = browser.get(f"{ROOT}?status={status}").text
        return {name for name in "AB" if f">{name}</a>" in page}

    assert [names(status) for status in ("", "new", "acknowledged", "resolved", "absorbed", "all")] == [
        {"A", "B"}, {"A"}, {"B"}, set(), set(), {"A", "B"},
    ]  # fmt: skip
    assert browser.get(f"{ROOT}?status=open+or+shut").status_code == 400
    assert "Acknowledge several" not in browser.get(f"{ROOT}?status=resolved").text


def test_a_readonly_member_looks_and_changes_nothing(reader, found, only):
    url = f"{ROOT}/{found['A'].id}"

    pages = reader.get(ROOT).text + reader.get(url).text
    answers = [
        reader.submit(f"{url}/acknowledge", {"revision": 1, "reason": "Agreed"}),
        reader.submit(f"{url}/unacknowledge", {}),
        reader.submit(f"{ROOT}/acknowledge", {"chosen": f"{found['A'].id}:1", "reason": "Agreed"}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert "History" in pages
    assert "/acknowledge" not in pages
    assert only("A").status == "new"


def test_a_finding_of_another_tenant_is_as_good_as_none_and_trying_is_audited(
    browser, found, make_tenant, take, compare, findings, operator
):
    other = make_tenant()
    compare(
        take({"a.json": compliance("A")}, of=other), take({"b.json": compliance("B")}, of=other), of=other
    )
    theirs, *_ = findings(of=other)

    for number in (theirs.id, 999999):
        for act in ("acknowledge", "unacknowledge"):
            answer = browser.submit(f"{ROOT}/{number}/{act}", {"revision": 1, "reason": "Agreed"})
            assert answer.status_code == 403

    assert given() == []
    refused = db.session.scalars(select(AuditLog).where(AuditLog.action == "finding.acknowledging_refused"))
    assert {(entry.actor, entry.subject) for entry in refused} == {
        (operator.email, f"finding:{theirs.id}"),
        (operator.email, "finding:999999"),
    }


def test_the_page_tells_the_life_of_a_finding(browser, found, take, compare, accept):
    accept(found["A"], "Agreed")
    changed = compare(
        take({"a.json": compliance("A", **FIELDS)}),
        take({"a.json": compliance("A", **(FIELDS | {"passcodeMinimumLength": 8}))}),
    )

    page = browser.get(f"{ROOT}/{found['A'].id}").text

    for said in (
        "Reopened",
        "It changed after it was acknowledged.",
        "2 changes",
        "Acknowledged",
        "Agreed",
        "Found",
        f"run {changed.id}</a>",
        "it changed since",
        "Nobody has accepted it as it is.",
    ):
        assert said in page, said
