"""Importing audit events, and telling by them who changed a policy."""

import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app.core import BulkOperationRun, Role, clock, db
from app.plugins.drift.audit.attribution import who_changed
from app.plugins.drift.audit.models import DriftAuditEvent
from app.plugins.drift.audit.store import kept_events
from app.plugins.drift.shown.captures import captures_of
from tests.support.browsing import end_transaction
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, run_now

POLICY = "11111111-2222-3333-4444-555555555555"


def event(number=1, at=None, operation="Patch", resource=POLICY, actor="desk@example.com"):
    return {
        "id": f"event-{number}",
        "activityDateTime": (at or clock.now()).isoformat(),
        "activityType": f"{operation} DeviceCompliancePolicy",
        "activityOperationType": operation,
        "actor": {"userPrincipalName": actor},
        "resources": [{"resourceId": resource.upper()}],
    }


@pytest.fixture
def import_events(tenant, export):
    """Import a file of audit events and answer with the run."""

    def imported(*events, of=None):
        folder = export({"audit.json": {"value": list(events)}})
        return run_now(of or tenant, "audit_events.import", {"path": str(folder)})

    return imported


@pytest.fixture
def change(take, compare, findings):
    """A finding about the policy; answers with it and with a moment between its captures."""

    def happen(before, after):
        first, moment = take(before), clock.now()
        compare(first, take(after))
        (found,) = findings()
        return found, moment

    return happen


MODIFIED = (
    {"p.json": compliance("P", id=POLICY), "q.json": compliance("Q")},
    {"p.json": compliance("P", id=POLICY, passcodeRequired=True), "q.json": compliance("Q")},
)
REMOVED = (MODIFIED[0], {"q.json": compliance("Q")})
ADDED = (REMOVED[1], MODIFIED[0])


def told(tenant, finding):
    answer = who_changed(tenant, finding, captures_of(tenant, finding))
    return answer.confidence.value, answer.event and answer.event.actor, answer.others


@on_both_databases
def test_events_are_kept_once_however_often_they_are_imported(tenant, import_events):
    first = import_events(event(1), event(2))
    again = import_events(event(2), event(3))

    assert (first.status, first.summary, again.succeeded) == ("completed", {"events": 2}, 2)
    assert kept_events(tenant).events == 3


@on_both_databases
def test_events_go_with_the_last_run_that_read_them(tenant, import_events):
    import_events(event(1), event(2))
    last = import_events(event(2))

    db.session.execute(delete(BulkOperationRun).where(BulkOperationRun.id == last.id))
    db.session.commit()

    assert db.session.scalars(select(DriftAuditEvent.event_id)).all() == ["event-1"]
    end_transaction()
    assert (last.retention or 0) > 0


def test_an_event_that_cannot_be_used_is_named_and_the_others_are_kept(tenant, import_events):
    run = import_events(event(1), {**event(2), "resources": []}, {"id": "", "secret": "hunter2"})

    assert (run.status, run.succeeded, run.failed) == ("completed_with_errors", 1, 2)
    assert {failure["reason"] for failure in run.failures} == {
        "Event 2: it names no resource.",
        "Event 3: it has no id.",
    }
    assert "hunter2" not in json.dumps(run.failures)


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"a.json": {"value": []}}, "no_events"),
        ({"a.json": b"{broken"}, "no_events"),
        ({"a.txt": b"nothing"}, "no_events"),
    ],
)
def test_without_any_event_the_run_fails_and_says_why(tenant, export, files, code):
    run = run_now(tenant, "audit_events.import", {"path": str(export(files))})

    assert run.status == "failed"
    assert code in {failure["reason_code"] for failure in run.failures}


@on_both_databases
def test_the_only_event_between_the_captures_made_the_change(tenant, change, import_events):
    finding, moment = change(*MODIFIED)
    import_events(
        event(1, moment), event(2, moment, resource="another"), event(3, moment - timedelta(days=9))
    )

    assert told(tenant, finding) == ("exact", "desk@example.com", 0)


def test_of_several_events_the_latest_that_fits_is_likely(tenant, change, import_events):
    finding, moment = change(*REMOVED)
    import_events(
        event(1, moment, "Patch", actor="first@example.com"),
        event(2, moment + timedelta(milliseconds=1), "Delete", actor="second@example.com"),
    )

    assert told(tenant, finding) == ("likely", "second@example.com", 1)


@pytest.mark.parametrize(
    ("kind", "operation", "confidence"),
    [
        (REMOVED, "Delete", "exact"),
        (REMOVED, "Patch", "likely"),
        (ADDED, "Create", "exact"),
        (ADDED, "Patch", "likely"),
        (MODIFIED, "", "likely"),
    ],
)
def test_an_event_of_another_kind_is_no_more_than_likely(
    tenant, change, import_events, kind, operation, confidence
):
    finding, moment = change(*kind)
    import_events(event(1, moment, operation))

    assert told(tenant, finding) == (confidence, "desk@example.com", 0)


def test_without_events_of_the_policy_nobody_is_named(tenant, change, import_events, make_tenant):
    finding, moment = change(*MODIFIED)
    import_events(event(1, moment), of=make_tenant())

    assert told(tenant, finding) == ("none", None, 0)


def test_a_policy_without_an_id_is_held_against_nothing(tenant, take, compare, findings, import_events):
    first, moment = take({"p.json": compliance("P")}), clock.now()
    compare(first, take({"p.json": compliance("P", passcodeRequired=True)}))
    import_events(event(1, moment, resource="name:P"))

    assert told(tenant, findings()[0]) == ("none", None, 0)


def test_members_see_who_changed_it_and_no_export_does(sign_in, make_user, tenant, change, import_events):
    finding, moment = change(*MODIFIED)
    import_events(event(1, moment))
    reader = sign_in(make_user(tenant=tenant, role=Role.READONLY))

    page = reader.get(f"/t/{tenant.slug}/findings/{finding.id}").text

    assert "desk@example.com" in page
    assert "Exact:" in page
    for form in ("export.csv", "export.json", "report"):
        assert "desk@example.com" not in reader.get(f"/t/{tenant.slug}/findings/{form}").text


def test_an_operator_uploads_events_and_a_reader_cannot(browser, sign_in, make_user, tenant, worker):
    reader = sign_in(make_user(tenant=tenant, role=Role.READONLY))
    address = f"/t/{tenant.slug}/drift/audit"

    def upload(who):
        file = (io.BytesIO(json.dumps({"value": [event(1)]}).encode()), "audit.json")
        return who.submit(address, {"file": file})

    assert "No audit events yet" in browser.get(address).text
    assert upload(reader).status_code == 403
    assert upload(browser).status_code == 302
    worker()
    assert "1 event kept" in browser.get(address).text
    assert 'type="file"' not in reader.get(address).text


def test_an_import_of_nothing_is_refused_and_says_why(browser, tenant):
    answer = browser.submit(f"/t/{tenant.slug}/drift/audit", {})

    assert answer.status_code == 422
    assert "Choose an export" in answer.text


def test_the_command_line_imports(flask_cli, tenant, export):
    folder = export({"a.json": [event(1), event(2)]})

    answer = flask_cli("drift", "import-audit", tenant.slug, folder, "--inline", "--json")

    assert answer.exit_code == 0, answer.stderr
    assert json.loads(answer.stdout)["events"] == 2
