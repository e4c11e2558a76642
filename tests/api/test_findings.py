"""Findings, which drift declares for the API: filtered, page by page, each with its evidence."""

import pytest
from sqlalchemy import update

from app.core import clock
from app.core.db import db
from app.plugins.drift.models import Finding
from tests.api.conftest import ROOT
from tests.support.asking import asking, plan_of
from tests.support.databases import on_both_databases
from tests.support.snapshots import (
    compliance,
    conditional_access,
    generate_drift,
    import_export,
    write_export,
)


@pytest.fixture
def drift(tenant, tmp_path):
    """A run of `drift.generate` that found one critical finding and three others, one acknowledged since."""
    before = {f"{name}.json": compliance(name) for name in "ABC"}
    after = {f"{name}.json": compliance(name, passcodeRequired=True) for name in "ABC"}
    syncs = [
        import_export(tenant, write_export(tmp_path / state, {**files, "ca.json": policy}))
        for state, files in (("enabled", before), ("disabled", after))
        for policy in [conditional_access("Beacon", state=state)]
    ]
    run = generate_drift(tenant, *syncs)
    db.session.execute(update(Finding).where(Finding.display_name == "B").values(status="acknowledged"))
    db.session.commit()
    return run


def names(answer):
    assert answer.status_code == 200, answer.text
    return [found["display_name"] for found in answer.json["findings"]]


@on_both_databases
def test_findings_are_listed_most_severe_first_and_page_by_page(api, drift):
    seen, cursor = [], ""
    while cursor is not None:
        answer = api.get(f"{ROOT}/findings", query_string={"limit": 2, "cursor": cursor})
        seen.append(names(answer))
        cursor = answer.json["next_cursor"]

    assert [len(page) for page in seen] == [2, 2]
    assert seen[0][0] == "Beacon"
    assert sorted(seen[0] + seen[1]) == ["A", "B", "Beacon", "C"]


@on_both_databases
def test_findings_are_filtered_by_severity_status_type_and_run(api, drift):
    def found(**query):
        return sorted(names(api.get(f"{ROOT}/findings", query_string=query)))

    assert found(severity="critical") == ["Beacon"]
    assert found(status="acknowledged") == ["B"]
    assert found(status="new") == ["A", "Beacon", "C"]
    assert found(finding_type="drift", run=drift.id) == ["A", "B", "Beacon", "C"]
    assert found(finding_type="other") == found(run=drift.id + 1) == []


def test_one_finding_has_its_evidence(api, drift):
    (row,) = api.get(f"{ROOT}/findings?severity=critical").json["findings"]

    one = api.get(f"{ROOT}/findings/{row['id']}").json

    assert one == one | row
    assert (one["run"], one["policy_type"]) == (drift.id, "conditionalAccessPolicy")
    assert one["changed_paths"] == ["/state"]
    assert "disabled" in str(one["evidence"])
    assert one["severity_reason"]


def test_findings_of_another_tenant_are_closed(drift, program, issue, make_tenant):
    stranger = program(issue(make_tenant("elsewhere")))
    finding = db.session.query(Finding).first()

    assert stranger.get(f"{ROOT}/findings").status_code == 403
    answers = [
        stranger.get(f"/api/v1/tenants/elsewhere/findings/{number}") for number in (finding.id, 4711, 10**30)
    ]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert len({answer.text for answer in answers}) == 1
    assert names(stranger.get("/api/v1/tenants/elsewhere/findings")) == []


@pytest.mark.parametrize(
    "query",
    ["severity=purple", "status=gone", "finding_type=no type!", "run=0", "run=x", "cursor=1", "cursor=1,x"],
)
def test_a_query_that_means_nothing_is_refused_by_its_name(api, query):
    answer = api.get(f"{ROOT}/findings?{query}")

    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.json["detail"]


@on_both_databases
def test_a_page_is_read_along_an_index(api, drift):
    with asking() as asked:
        api.get(f"{ROOT}/findings?cursor=1,1")

    (listing,) = [one for one in asked if "FROM findings" in one.statement]
    plan = " ".join(plan_of(listing))
    assert "ix_findings_tenant_id_severity_rank_id" in plan
    assert "TEMP B-TREE" not in plan


@on_both_databases
def test_findings_tell_where_they_stand_and_open_ones_are_listed_unless_others_are_asked_for(
    api, drift, tenant
):
    db.session.execute(update(Finding).where(Finding.display_name == "A").values(resolved_at=clock.now()))
    absorbed = {"resolved_at": clock.now(), "absorbed_version": 2}
    db.session.execute(update(Finding).where(Finding.display_name == "C").values(**absorbed))
    db.session.commit()

    def found(**query):
        return sorted(names(api.get(f"{ROOT}/findings", query_string=query)))

    assert found() == ["B", "Beacon"]
    assert (found(status="resolved"), found(status="absorbed"), len(found(status="all"))) == (["A"], ["C"], 4)
    assert (found(line="pair"), found(line="baseline")) == (["B", "Beacon"], [])
    rows = api.get(f"{ROOT}/findings?status=all").json["findings"]
    told = {row["display_name"]: (row["state"], row["absorbed_version"], row["revision"]) for row in rows}
    assert told == {
        "A": ("resolved", None, 1),
        "B": ("acknowledged", None, 1),
        "Beacon": ("new", None, 1),
        "C": ("absorbed", 2, 1),
    }
    assert not any("hash" in name for row in rows for name in row)


def test_a_program_acknowledges_what_it_has_seen(api, drift, tenant):
    row = api.get(f"{ROOT}/findings?severity=critical").json["findings"][0]
    seen = [f"{row['id']}:{row['revision']}"]

    answer = api.post(
        f"{ROOT}/operations/finding.acknowledge/runs",
        json={"params": {"findings": seen, "reason": "Planned"}},
    )

    assert answer.status_code == 202, answer.text
