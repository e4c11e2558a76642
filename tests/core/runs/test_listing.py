"""What a list of runs shows: filters, and pages in both directions."""

import pytest

from app.core.runs.filter import RunFilter
from app.core.runs.known import known_initiators
from app.core.runs.listing import list_runs, newer_count
from app.core.runs.status import RunStatus
from tests.support.databases import on_both_databases

DONE = RunStatus.COMPLETED


@pytest.fixture
def shown(tenant):
    """The numbers of the runs that a filter shows, in order."""

    def ids(limit=50, **wanted):
        return [run.id for run in list_runs(tenant, RunFilter(**wanted), limit=limit)]

    return ids


def place(run):
    return run.created_at, run.id


@on_both_databases
def test_a_text_finds_a_part_of_a_label_in_any_case_and_a_number_its_run(make_run, shown):
    sync = make_run(DONE, label="Inventory sync")
    other = make_run(DONE, label=f"100 % of {sync.id}")

    assert shown(text="INVENTORY") == [sync.id]
    assert shown(text=f"#{sync.id}") == [sync.id]
    assert shown(text=str(sync.id)) == [other.id, sync.id]
    assert shown(text="0 %") == [other.id]
    assert shown(text="_") == shown(text="#9999999999") == shown(text="#²") == []


@on_both_databases
def test_an_initiator_shows_only_what_it_started(make_run, make_user, make_tenant, tenant, shown):
    somebody, elsewhere = make_user(tenant=tenant), make_tenant()
    by_somebody = make_run(DONE, user=somebody)
    by_system = make_run(DONE)
    make_run(DONE, tenant=elsewhere, user=make_user(tenant=elsewhere))

    assert shown(initiator="system") == [by_system.id]
    assert shown(initiator=somebody.email) == [by_somebody.id]
    assert known_initiators(tenant) == [somebody.email, "system"]


@on_both_databases
def test_pages_go_back_and_forth_and_news_do_not_shift_them(make_run, tenant, shown):
    runs = [make_run(DONE) for _ in range(6)]
    newest_first = [run.id for run in reversed(runs)]

    assert shown(before=place(runs[3]), limit=2) == newest_first[3:5]
    assert shown(after=place(runs[1]), limit=2) == newest_first[2:4]
    assert shown(up_to=place(runs[3]), limit=2) == newest_first[2:4]
    assert newer_count(tenant, RunFilter(), place(runs[3])) == 2
    assert newer_count(tenant, RunFilter(), place(runs[0]), limit=3) == 3
    assert newer_count(tenant, RunFilter(initiator="nobody@example.com"), place(runs[0])) == 0
