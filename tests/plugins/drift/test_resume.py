"""A drift generation whose worker dies at any of its commits ends, resumed, as if nothing had been."""

import pytest

from app.core import db
from app.core.runs import progress
from app.plugins.drift import generate
from app.plugins.drift.findings import FindingFilter, list_findings
from tests.support.crashing import run_crashing
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access, generate_drift, import_export

BEFORE = {
    "a.json": compliance("A"),
    "b.json": compliance("B"),
    "c.json": compliance("C"),
    "x.json": conditional_access("X"),
}
AFTER = {
    "a.json": compliance("A", passcodeRequired=True),
    "b.json": compliance("B", passcodeRequired=True),
    "d.json": compliance("D"),
    "x.json": conditional_access("X", state="disabled"),
}


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    """Every policy is a chunk, every checkpoint a flush: as many commits to die at as there can be."""
    monkeypatch.setattr(generate, "CHUNK", 1)
    monkeypatch.setattr(progress, "FLUSH_SECONDS", 0)


def told(tenant, run):
    """Everything a finished generation says, apart from numbers and moments."""
    found = [
        (row.change_kind, row.collection, row.display_name, row.severity, row.changed_paths)
        for row in list_findings(tenant, FindingFilter(run_id=run.id), limit=None)
    ]
    summary = {name: value for name, value in run.summary.items() if not name.endswith("_run_id")}
    db.session.commit()
    return run.status, run.counts, run.failure_totals, summary, sorted(map(str, found))


@on_both_databases
def test_a_generation_resumed_after_any_commit_says_what_an_undisturbed_one_says(
    app, make_tenant, export, database
):
    before, after = export(BEFORE), export(AFTER)
    calm = make_tenant("calm")
    pair = [import_export(calm, folder) for folder in (before, after)]
    expected = told(calm, generate_drift(calm, *pair))
    assert len(expected[-1]) == 5, expected
    step = 1 if database.name == "sqlite" else 3

    for at in range(1, 200, step):
        tenant = make_tenant(f"crash-{at}")
        first, second = (import_export(tenant, folder) for folder in (before, after))
        params = {"baseline_run_id": first.id, "current_run_id": second.id}
        run, has_died = run_crashing(tenant, "drift.generate", params, at=at)
        if not has_died:
            break
        assert run.lost_attempts == 1
        assert told(tenant, run) == expected, f"died after commit {at}"
    assert at > 5, "there were commits to die at"
