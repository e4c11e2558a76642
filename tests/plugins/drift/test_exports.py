"""Findings as files and as a report."""

import csv
import io
import json
import re

import pytest
from sqlalchemy import event

from app.core import Role, db
from app.core.sheets import BROKEN_OFF
from app.plugins.drift import exports
from tests.support.browsing import without_token
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access

FORMS = ("export.csv", "export.json", "report")


@pytest.fixture
def reader(sign_in, make_user, tenant):
    return sign_in(make_user(tenant=tenant, role=Role.READONLY))


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(exports, "BATCH", 2)


@pytest.fixture
def drift(take, compare):
    """Five findings; the policy that is gone has a name that a spreadsheet would compute."""

    def files(changed):
        found = {"ca.json": conditional_access("Beacon", state="disabled" if changed else "enabled")}
        found |= {f"{name}.json": compliance(name, passcodeRequired=changed) for name in "ABC"}
        return found | ({} if changed else {"f.json": compliance("=1+1")})

    return compare(take(files(changed=False)), take(files(changed=True)))


def table(answer):
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    about = [row[1:] for row in rows if row[0] == "#"]
    names, *values = [row for row in rows if row[0] != "#"]
    return about, [dict(zip(names, row, strict=True)) for row in values]


@on_both_databases
def test_csv_has_a_row_for_each_change_and_says_where_it_comes_from(reader, tenant, drift, small_batches):
    answer = reader.get(f"/t/{tenant.slug}/findings/export.csv")

    about, rows = table(answer)
    assert answer.mimetype == "text/csv"
    assert [row["display_name"] for row in rows] == ["'=1+1", "Beacon", "A", "B", "C"]
    assert rows[1] | {"path": "/state", "before": "enabled", "after": "disabled"} == rows[1]
    assert about[-1] == ["End", "5 findings"]
    said = dict(line[:2] for line in about)
    assert said["Tenant"] == tenant.name
    assert f"run {drift.id}" in said["Found by"]
    assert "policy types were read completely" in said["Coverage"]
    assert said["Filters"] == "status open"
    assert said["Hidden by rule"] == "0"
    assert said["Held for confirmation"].startswith("0 findings")
    assert "Secrets are not in it" in said["Redacted"]


@on_both_databases
def test_json_has_the_same_findings_and_ends_with_how_many_they_are(reader, tenant, drift, small_batches):
    answer = reader.get(f"/t/{tenant.slug}/findings/export.json")

    told = json.loads(answer.text)
    assert [finding["display_name"] for finding in told["findings"]] == ["=1+1", "Beacon", "A", "B", "C"]
    assert told["findings"][1]["evidence"]["entries"][0]["after"] == "disabled"
    assert told["count"] == 5
    assert told["about"]["runs"] == [
        {
            "run": drift.id,
            "baseline": drift.summary["baseline_run_id"],
            "current": drift.summary["current_run_id"],
        }
    ]


def test_the_report_has_the_same_findings_and_ends_with_how_many_they_are(
    reader, tenant, drift, small_batches
):
    page = reader.get(f"/t/{tenant.slug}/findings/report").text

    assert page.count('<article class="report">') == 5
    assert "End of the report: 5 findings." in page
    assert "Secrets are not in it" in page


@pytest.mark.parametrize("form", FORMS)
def test_an_export_has_what_the_list_shows_under_the_same_filters_on_all_its_pages(
    reader, tenant, drift, form
):
    listed = reader.get(f"/t/{tenant.slug}/findings?type=compliancePolicy&path=passcode").text
    address = re.search(rf'href="([^"]+/{form}[^"]*)"', listed)[1].replace("&amp;", "&")

    text = reader.get(address).text

    assert "Beacon" not in text
    assert "=1+1" not in text
    assert "passcodeRequired" in text
    assert "3 findings" in text or '"count": 3' in text
    assert "compliancePolicy" in text


@pytest.mark.parametrize("form", FORMS)
def test_without_findings_an_export_says_so(reader, tenant, form):
    text = reader.get(f"/t/{tenant.slug}/findings/{form}").text

    assert "0 findings" in text or '"count": 0' in text


@pytest.mark.parametrize("form", FORMS)
def test_an_export_of_another_tenant_is_refused_as_one_that_is_not_there(
    sign_in, make_user, make_tenant, tenant, drift, form
):
    stranger = sign_in(make_user(tenant=make_tenant()))

    theirs, missing = (stranger.get(f"/t/{slug}/findings/{form}") for slug in (tenant.slug, "nowhere"))

    assert (theirs.status_code, missing.status_code) == (403, 403)
    assert without_token(theirs.text) == without_token(missing.text)


def keep(parts, answer):
    for part in answer.iter_encoded():
        parts.append(part.decode())


@pytest.fixture
def second_batch_fails():
    """The database fails when the second batch is read."""
    asked = []

    def fail(_connection, _cursor, statement, *_):
        if "FROM findings" in statement and "LIMIT" in statement:
            asked.append(statement)
            if len(asked) == 2:
                raise OSError("the disk is gone")

    event.listen(db.engine, "before_cursor_execute", fail)
    yield
    event.remove(db.engine, "before_cursor_execute", fail)


def test_csv_that_breaks_off_says_so_in_its_last_line(
    client, reader, tenant, drift, small_batches, second_batch_fails
):
    answer = reader.get(f"/t/{tenant.slug}/findings/export.csv", buffered=False)

    parts = []
    with pytest.raises(OSError, match="the disk is gone"):
        keep(parts, answer)

    text = "".join(parts)
    assert text.splitlines()[-1] == BROKEN_OFF
    assert "End," not in text


def test_a_report_that_breaks_off_says_so_at_its_end(
    reader, tenant, drift, small_batches, second_batch_fails
):
    page = reader.get(f"/t/{tenant.slug}/findings/report").text

    assert page.count('<article class="report">') == 2
    assert "THIS REPORT IS INCOMPLETE" in page
    assert "End of the report" not in page


def test_a_sync_that_was_not_read_whole_and_what_rules_hid_are_told(reader, tenant, take, compare):
    built_in = {"@odata.type": "#microsoft.graph.roleScopeTag", "displayName": "Default", "isBuiltIn": True}
    before = {"a.json": compliance("A"), "ScopeTags/t.json": built_in}
    after = {
        "a.json": compliance("A", passcodeRequired=True),
        "b.json": b"{broken",
        "ScopeTags/t.json": {**built_in, "description": "changed"},
    }
    compare(take(before), take(after))

    about = json.loads(reader.get(f"/t/{tenant.slug}/findings/export.json").text)["about"]

    assert about["hidden_by_rule"] == {"built_in": 1}
    assert len(about["coverage"]) == 2
    assert "not so: " in about["coverage"][1]
