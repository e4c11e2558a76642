"""Runs and items, a page at a time."""

import json
from datetime import UTC, datetime, timedelta

from app.core.runs.document import run_details
from app.core.runs.queries import find_run
from app.core.runs.status import RunStatus
from tests.api.conftest import ROOT
from tests.support.databases import on_both_databases


def walk(api, path, name):
    """Every entry of a list, page by page."""
    found, cursor = [], ""
    while cursor is not None:
        page = api.get(path, query_string={"limit": 2, "cursor": cursor}).json
        assert len(page[name]) <= 2
        found += page[name]
        cursor = page["next_cursor"]
    return found


@on_both_databases
def test_every_run_is_on_one_page_newest_first(api, make_run, tenant):
    made = [make_run(tenant=tenant).id for _ in range(5)]

    assert [run["id"] for run in walk(api, f"{ROOT}/runs", "runs")] == made[::-1]


def test_runs_are_filtered_by_bucket_and_run_type(api, make_run, tenant):
    failed = make_run(RunStatus.FAILED, tenant=tenant)
    queued = make_run(tenant=tenant)

    def ids(**query):
        return [run["id"] for run in api.get(f"{ROOT}/runs", query_string=query).json["runs"]]

    assert ids(bucket="failed") == [failed.id]
    assert ids(bucket="queued", run_type=queued.run_type) == [queued.id]
    assert ids(run_type="no.such") == []


@on_both_databases
def test_runs_are_filtered_by_moment_initiator_and_text(api, make_run, make_user, tenant):
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    desk = make_user(tenant=tenant, email="desk@example.com")
    early, late = (make_run(created_at=noon + timedelta(hours=hour), user=desk) for hour in (-1, 1))
    other = make_run(label="Count the barrels")

    def ids(**query):
        return [run["id"] for run in api.get(f"{ROOT}/runs", query_string=query).json["runs"]]

    assert ids(since="2026-11-01T12:00:00Z", initiator="desk@example.com") == [late.id]
    assert ids(until="2026-11-01T13:00:00+01:00") == [early.id]
    assert ids(initiator="system") == ids(text="BARRELS") == ids(text=f"#{other.id}") == [other.id]
    assert ids(text="nothing") == []


def test_a_run_is_the_document_that_the_command_line_prints(api, make_run, tenant):
    run = make_run(RunStatus.COMPLETED_WITH_ERRORS, tenant=tenant, succeeded=3, failed=1)

    answer = api.get(f"{ROOT}/runs/{run.id}")

    assert answer.json == json.loads(json.dumps(run_details(find_run(tenant, run.id))))
    assert answer.json["status_bucket"] == "partially_succeeded"
    assert [entry["kind"] for entry in answer.json["timeline"]][-1] == "completed_with_errors"


@on_both_databases
def test_items_come_in_their_order_and_by_outcome(api, make_run, tenant):
    run = make_run(RunStatus.COMPLETED_WITH_ERRORS, tenant=tenant, succeeded=3, failed=2)
    path = f"{ROOT}/runs/{run.id}/items"

    everything = walk(api, path, "items")
    failed = api.get(path, query_string={"outcome": "failed"}).json["items"]

    assert len({item["item_id"] for item in everything}) == 5
    assert [item["reason_code"] for item in failed] == ["not_found"] * 2
    assert failed == [item for item in everything if item["outcome"] == "failed"]


def test_a_query_that_means_nothing_is_refused_by_its_name(api):
    for name, value in [
        ("bucket", "purple"),
        ("limit", 0),
        ("limit", 201),
        ("limit", "many"),
        ("cursor", "nowhere"),
        ("cursor", "2026-01-01T00:00:00,1"),
        ("colour", "red"),
        ("run_type", "x" * 200),
        ("since", "yesterday"),
        ("since", "2026-11-01T12:00:00"),
        ("since", "0001-01-01T00:00:00+23:00"),
        ("until", "9999-12-31T23:59:59-23:00"),
        ("text", "a\0b"),
        ("initiator", "a\0b"),
    ]:
        answer = api.get(f"{ROOT}/runs", query_string={name: value})

        assert answer.status_code == 422, name
        assert name in answer.json["detail"]


def test_a_cursor_of_items_that_is_none_is_refused(api, make_run, tenant):
    run = make_run(tenant=tenant)

    for cursor in ("nowhere", "-1", "²", "9" * 30):
        answer = api.get(f"{ROOT}/runs/{run.id}/items", query_string={"cursor": cursor})
        assert answer.status_code == 422, cursor
