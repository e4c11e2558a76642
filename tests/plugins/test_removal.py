"""A plugin's package is taken from the disk: what it made stays readable, and everybody else works on."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.core import clock
from app.core.registry.catalog import current_catalog
from app.core.runs.filter import RunFilter
from app.core.runs.listing import list_runs
from app.core.runs.start import start_operation
from app.core.schedules.plan import Plan
from app.core.schedules.planning import create_schedule, pause_schedule, resume_schedule
from app.core.schedules.tick import start_due
from app.core.users import Role, set_membership
from tests.support.browsing import end_transaction
from tests.support.databases import on_both_databases
from tests.support.removed import RemovedTree
from tests.support.snapshots import compliance, generate_drift, import_export, write_export

pytestmark = [on_both_databases, pytest.mark.slow]

RUNS = "/t/fictional/monitoring/operations"


@dataclass(frozen=True)
class Made:
    """What drift has left, as plain values: an object would hold a transaction open beside the process."""

    email: str
    run_id: int
    label: str
    link: dict[str, str]
    items: int
    queued_id: int
    schedule_id: int


@pytest.fixture
def made(operator, tenant, tmp_path):
    """A run with findings, a queued run and a schedule of drift."""
    set_membership(operator, tenant, Role.OWNER)
    exports = [write_export(tmp_path / name, {"a.json": compliance(name)}) for name in ("one", "two")]
    syncs = [import_export(tenant, export).id for export in exports]
    run = generate_drift(tenant, *syncs)
    params = {"baseline_run_id": syncs[1], "current_run_id": syncs[0]}
    plan = Plan("Nightly drift", "drift.generate", params, "0 3 * * *", "UTC")
    schedule = create_schedule(current_catalog(), tenant, plan)
    queued = start_operation(current_catalog(), tenant, "drift.generate", params).run
    found = Made(
        email=operator.email,
        run_id=run.id,
        label=run.label,
        link=run.related_links[0],
        items=run.total_items,
        queued_id=queued.id,
        schedule_id=schedule.id,
    )
    end_transaction()
    return found


@pytest.fixture
def tree(made, tmp_path, settings):
    """The product without drift, over the same data."""
    return RemovedTree(tmp_path / "tree", "drift", settings)


def test_without_the_package_of_drift_everybody_else_works_on(tree, made, tmp_path):
    pages = [RUNS, "/t/fictional/", "/t/fictional/start", "/t/fictional/schedules", "/plugins"]
    pages += ["/t/fictional/notifications", "/t/fictional/inventory", "/t/fictional/inventory/new"]
    gone = ["/t/fictional/drift", "/t/fictional/findings"]

    upgraded, doctor, checked = (
        tree.flask(*command) for command in (("db", "upgrade"), ("plugins", "doctor"), ("db", "check"))
    )
    imported = tree.flask("inventory", "import", "fictional", tmp_path / "one", "--inline")
    seen = tree.look(made.email, *pages, *gone)

    assert (upgraded.returncode, upgraded.stderr) == (0, "")
    assert upgraded.stdout.splitlines() == [
        "core: up to date",
        "inventory: up to date",
        "backup_sets: up to date",
    ]
    assert (doctor.returncode, checked.returncode, imported.returncode) == (0, 0, 0)
    for moment in ("before", "after"):
        expected = dict.fromkeys(pages, 200) | dict.fromkeys(gone, 404)
        assert {path: status for path, (status, _) in seen[moment].items()} == expected
    assert '<option value="drift.generate"' in seen["after"][RUNS][1]


def test_a_run_of_drift_is_readable_when_its_package_is_gone(tree, made):
    path = f"{RUNS}/{made.run_id}"

    status, page = tree.look(made.email, path)["after"][path]

    assert status == 200
    for words in (made.label, "Inputs and result", made.link["label"], "its plugin is not loaded"):
        assert words in page, words
    assert f'href="{made.link["url"]}"' not in page
    assert page.count('id="item-') == made.items > 0


def test_what_waits_for_drift_ends_or_pauses_and_goes_on_when_it_is_back(tree, made, tenant):
    run_path, schedule_path = f"{RUNS}/{made.queued_id}", f"/t/fictional/schedules/{made.schedule_id}"

    seen = tree.look(made.email, run_path, schedule_path, "/t/fictional/schedules")

    assert "Queued: waiting for a worker." in seen["before"][run_path][1]
    assert "operation_unavailable" in seen["after"][run_path][1]
    assert "is drift installed?" in seen["after"][run_path][1]
    for path in (schedule_path, "/t/fictional/schedules"):
        assert "No plugin offers drift.generate any more." in seen["after"][path][1]
        assert "Waiting" in seen["after"][path][1]

    catalog, later = current_catalog(), clock.now() + timedelta(days=3)
    assert start_due(catalog, later) == 1
    pause_schedule(catalog, tenant, made.schedule_id)
    resumed = resume_schedule(catalog, tenant, made.schedule_id)
    assert (resumed.is_enabled, resumed.pause_reason) == (True, None)
    assert list_runs(tenant, RunFilter(run_types=["drift.generate"]))[0].initiator == "schedule Nightly drift"


def test_its_tables_cannot_be_told_without_its_code_so_they_are_named_and_kept(tree, made):
    active = tree.flask("plugins", "purge", "drift", "--yes", "drift")
    assert "a run of drift is queued or running" in active.stderr
    assert tree.flask("runs", "abort", made.queued_id).returncode == 0

    refused = tree.flask("plugins", "purge", "drift", "--yes", "drift")

    assert refused.returncode == 1
    assert "the code of drift is gone, and no table is named drift__" in refused.stderr
    left = refused.stderr.partition("is among: ")[2].strip().split(", ")
    assert left == [
        "alembic_version_drift",
        "drift_audit_events",
        "drift_baselines",
        "drift_ignore_rules",
        "drift_rule_switches",
        "finding_acknowledgements",
        "finding_events",
        "finding_holds",
        "findings",
    ]
